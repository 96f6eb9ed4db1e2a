using System.Text.Json;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>The <c>codecs</c> of a v3 array, as far as they are read: transposing, bytes, a compressor, a checksum, in this order.</summary>
/// <param name="Order">The dimensions as they lie in a chunk, from the one that varies slowest.</param>
/// <param name="IsBigEndian">True if the most significant byte of a voxel comes first.</param>
/// <param name="Codecs">What is done to the bytes.</param>
internal sealed record ChunkPipeline(IReadOnlyList<int> Order, bool IsBigEndian, ChunkCodecs Codecs)
{
    private const string Field = "codecs";
    private const string Supported = "transpose, bytes, one compressor and crc32c, in this order, are";
    private const int MostCodecs = 64;

    /// <exception cref="SourceException">The list is none, or has a codec or an order that is not read.</exception>
    public static ChunkPipeline Read(ZarrDocument document, int dimensions, DataType type)
    {
        JsonElement list = document.Required(Field);
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MostCodecs) throw document.Wrong(Field, list, "a list of codecs");
        int[] order = [.. Enumerable.Range(0, dimensions)];
        bool? isBigEndian = null;
        ChunkCodecs codecs = ChunkCodecs.None;
        foreach (JsonElement entry in list.EnumerateArray())
        {
            (string name, JsonElement configuration) = ZarrArrayV3.Named(document, Field, entry);
            switch (name)
            {
                case "transpose" when isBigEndian is null:
                    order = [.. Permutation(document, entry, configuration, dimensions).Select(place => order[place])];
                    break;
                case "bytes" when isBigEndian is null:
                    isBigEndian = IsBig(document, entry, configuration, type);
                    break;
                case ChunkCodecs.Checksum when isBigEndian is not null && !codecs.HasChecksum:
                    codecs = codecs with { HasChecksum = true };
                    break;
                default:
                    if (isBigEndian is null || !codecs.IsNone)
                        throw document.Unsupported(Field, entry, name == "sharding_indexed" ? $"chunks in shards are not read yet; {Supported}" : Supported);
                    codecs = ChunkCodecs.Of(CodecReader.FromV3(entry, type, document.Path), document);
                    break;
            }
        }

        return new ChunkPipeline(order, isBigEndian ?? throw document.Wrong(Field, list, "\"bytes\" among them"), codecs);
    }

    private static long[] Permutation(ZarrDocument document, JsonElement entry, JsonElement configuration, int dimensions)
    {
        if (configuration.ValueKind == JsonValueKind.Object && configuration.TryGetProperty("order", out JsonElement order) && order.ValueKind == JsonValueKind.Array)
        {
            long[] found = document.Numbers("order", order, least: 0);
            if (found.Order().SequenceEqual(Enumerable.Range(0, dimensions).Select(static place => (long)place))) return found;
        }

        throw document.Wrong(Field, entry, $"an order that has each of 0 to {dimensions - 1} once");
    }

    private static bool IsBig(ZarrDocument document, JsonElement entry, JsonElement configuration, DataType type)
    {
        if (configuration.ValueKind != JsonValueKind.Object || !configuration.TryGetProperty("endian", out JsonElement endian))
            return type.Size() == 1 ? false : throw document.Wrong(Field, entry, "an endian, \"little\" or \"big\"");
        if (endian.ValueKind == JsonValueKind.String && endian.GetString() is "little" or "big") return endian.ValueEquals("big");
        throw document.Wrong(Field, entry, "an endian, \"little\" or \"big\"");
    }
}
