using System.Globalization;
using System.Text.Json;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Zarr;

namespace ZarrFs.Core.Materialize.Verifying;

/// <summary>What a finished store says of how it was made, so that nobody has to say it again to compare it.</summary>
public sealed record StoreFacts
{
    /// <summary>What kind of store.</summary>
    public required StoreFormat Format { get; init; }

    /// <summary>Number of levels.</summary>
    public required int Levels { get; init; }

    /// <summary>Voxels of a chunk along z, y, x, as <c>--chunk-size</c> has them.</summary>
    public required string Chunk { get; init; }

    /// <summary>Type of a voxel, as <c>--type</c> has it.</summary>
    public required string Type { get; init; }

    /// <summary>What the chunks are encoded with; null for nothing.</summary>
    public required Codec? Codec { get; init; }

    /// <summary>How the levels were made, as <c>--downsample</c> has it; null where the store does not say so.</summary>
    public required string? Method { get; init; }

    /// <summary>True if some slices were bad and are zeros in it.</summary>
    public required bool HasBadSlices { get; init; }

    /// <summary>Reads what a store says.</summary>
    /// <exception cref="SourceException">It is no store, or one of another kind.</exception>
    public static StoreFacts Read(string path)
    {
        if (ZarrArray.Find(path, SourceRoot.Anywhere) is { } single) return Of(path, single, single.Format == 2 ? StoreFormat.Array2 : StoreFormat.Array3, 1, group: null);
        if (!Directory.Exists(path)) throw new SourceException(path, "is not there; expected the directory of a store");
        if (ZarrGroup.Find(path, SourceRoot.Anywhere) is not { } group)
            throw new SourceException(path, "is no Zarr store: there is no zarr.json, .zgroup or .zarray in it; if it is unfinished, run the command that was writing it once more");
        if (OmeMultiscale.Find(group.Document, group.Attributes) is not { } image)
            throw new SourceException(group.Document.Path, "has no \"multiscales\"; expected an OME-Zarr image");
        for (int level = 0; level < image.Datasets.Count; level++)
        {
            string expected = level.ToString(CultureInfo.InvariantCulture);
            if (image.Datasets[level].Path != expected)
                throw new UnsupportedException(group.Document.Path, $"level {level} is called \"{image.Datasets[level].Path}\"; only stores with the names 0, 1, 2 … can be compared");
        }

        string finest = Path.Combine(path, "0");
        ZarrArray array = ZarrArray.Find(finest, SourceRoot.Anywhere) ?? throw new SourceException(finest, "has no array, which the multiscale names");
        return Of(path, array, group.Format == 2 ? StoreFormat.Ome04 : StoreFormat.Ome05, image.Datasets.Count, group);
    }

    private static StoreFacts Of(string path, ZarrArray array, StoreFormat format, int levels, ZarrGroup? group)
    {
        if (array.Chunk.Count < 3) throw new UnsupportedException(array.Document.Path, $"has {array.Chunk.Count} dimensions; only stores with z, y and x can be compared");
        return new StoreFacts
        {
            Format = format,
            Levels = levels,
            Chunk = string.Join(',', array.Chunk.TakeLast(3)),
            Type = Volumes.DataTypes.Name(array.DataType),
            Codec = array.Codecs.Compressor,
            Method = group is null ? null : MethodOf(group.Attributes.GetProperty("multiscales")[0]),
            HasBadSlices = HasZarrFs(array.Format == 2 ? ZarrDocument.Find(path, ZarrDocument.AttributesV2, SourceRoot.Anywhere)?.Root : Attributes((group?.Document ?? array.Document).Root)),
        };
    }

    private static string? MethodOf(JsonElement multiscale) =>
        multiscale.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private static JsonElement? Attributes(JsonElement node) => node.TryGetProperty("attributes", out JsonElement attributes) ? attributes : null;

    private static bool HasZarrFs(JsonElement? attributes) =>
        attributes is { ValueKind: JsonValueKind.Object } stated && stated.TryGetProperty("zarrfs", out JsonElement ours)
        && ours.ValueKind == JsonValueKind.Object && ours.TryGetProperty("badSlices", out _);
}
