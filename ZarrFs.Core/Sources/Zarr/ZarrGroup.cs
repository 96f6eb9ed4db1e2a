using System.Text.Json;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>A group of a Zarr hierarchy: where its attributes stand, and what they are.</summary>
/// <param name="Directory">Its directory.</param>
/// <param name="Document"><c>zarr.json</c>, <c>.zattrs</c>, or <c>.zgroup</c> where there are no attributes.</param>
/// <param name="Format">2 or 3.</param>
/// <param name="Attributes">Its attributes, in v3 those of OME-Zarr if it has them; an object.</param>
internal sealed record ZarrGroup(string Directory, ZarrDocument Document, int Format, JsonElement Attributes)
{
    private const string Ome = "ome";

    private static readonly JsonElement Empty = MakeEmpty();

    /// <summary>Reads the group in a directory; null if there is none.</summary>
    /// <exception cref="SourceException">Its documents cannot be read.</exception>
    public static ZarrGroup? Find(string directory, SourceRoot root)
    {
        if (ZarrDocument.Find(directory, ZarrDocument.NodeV3, root) is { } node)
        {
            if (!IsGroup(node)) return null;
            if (!node.Root.TryGetProperty("attributes", out JsonElement attributes) || attributes.ValueKind != JsonValueKind.Object) attributes = Empty;
            bool isOme = attributes.TryGetProperty(Ome, out JsonElement ome) && ome.ValueKind == JsonValueKind.Object;
            return new ZarrGroup(directory, node, 3, isOme ? ome : attributes);
        }

        if (ZarrDocument.Find(directory, ZarrDocument.AttributesV2, root) is { } stated) return new ZarrGroup(directory, stated, 2, stated.Root);
        return ZarrDocument.Find(directory, ZarrDocument.GroupV2, root) is { } group ? new ZarrGroup(directory, group, 2, Empty) : null;
    }

    /// <summary>True for the document of a v3 group.</summary>
    public static bool IsGroup(ZarrDocument node) =>
        node.Root.TryGetProperty("node_type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("group");

    private static JsonElement MakeEmpty()
    {
        using JsonDocument document = JsonDocument.Parse("{}");
        return document.RootElement.Clone();
    }
}
