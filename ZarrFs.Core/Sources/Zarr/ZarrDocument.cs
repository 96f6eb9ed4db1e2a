using System.Text.Json;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>A JSON document of a Zarr hierarchy, as it lay on the disk when it was read: always an object.</summary>
internal sealed class ZarrDocument
{
    public const string ArrayV2 = ".zarray";
    public const string GroupV2 = ".zgroup";
    public const string AttributesV2 = ".zattrs";
    public const string NodeV3 = "zarr.json";

    /// <summary>Longest document: one that consolidates a thousand arrays has less than a megabyte.</summary>
    private const int Longest = 16 << 20;

    private ZarrDocument(string path, JsonFile file)
    {
        Path = path;
        Content = file.Content;
        Modified = file.Modified;
        Root = file.Root;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its bytes: part of the fingerprint.</summary>
    public byte[] Content { get; }

    /// <summary>Time of its last change, UTC.</summary>
    public DateTime Modified { get; }

    /// <summary>The object.</summary>
    public JsonElement Root { get; }

    /// <summary>Reads a document; null if there is no such file.</summary>
    /// <exception cref="SourceException">It cannot be read, is too long, or is no JSON object.</exception>
    public static ZarrDocument? Find(string directory, string name, SourceRoot root)
    {
        string path = System.IO.Path.Combine(directory, name);
        return JsonFile.Find(path, Longest, root) is { } file ? new ZarrDocument(path, file) : null;
    }

    /// <summary>A field that must be there.</summary>
    /// <exception cref="SourceException">It is not.</exception>
    public JsonElement Required(string field) =>
        Root.TryGetProperty(field, out JsonElement value) ? value : throw new SourceException(Path, $"has no \"{field}\"");

    /// <summary>The error for a field whose value cannot be.</summary>
    public SourceException Wrong(string field, JsonElement found, string expected) => new(Path, $"\"{field}\": found {Short(found)}, expected {expected}");

    /// <summary>The error for a field whose value is of Zarr, but not of what is read.</summary>
    public UnsupportedException Unsupported(string field, JsonElement found, string supported) =>
        new(Path, $"\"{field}\": {Short(found)} is not supported; {supported}");

    /// <summary>A list of whole numbers.</summary>
    /// <param name="field">For the message.</param>
    /// <param name="value">The list.</param>
    /// <param name="least">The least that each may be.</param>
    /// <exception cref="SourceException">It is something else.</exception>
    public long[] Numbers(string field, JsonElement value, long least)
    {
        string expected = $"a list of whole numbers from {least}";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > ZarrArray.MostDimensions)
            throw Wrong(field, value, $"{expected}, {ZarrArray.MostDimensions} at most");
        return
        [
            .. value.EnumerateArray().Select(number =>
                number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long size) && size >= least ? size : throw Wrong(field, value, expected)),
        ];
    }

    /// <summary>A value as it stands in the document, cut off where it is long.</summary>
    private static string Short(JsonElement value)
    {
        const int Most = 80;
        string text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= Most ? text : string.Concat(text.AsSpan(0, Most), "…");
    }
}
