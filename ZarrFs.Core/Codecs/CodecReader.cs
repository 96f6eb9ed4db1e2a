using System.Text.Json;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Codecs;

/// <summary>The codec that an array's metadata states, whoever wrote it. What is left out is what numcodecs takes it for.</summary>
public static class CodecReader
{
    // zarr-python's names in v3 for what numcodecs has and Zarr v3 has not; configured as in v2.
    private const string NumcodecsPrefix = "numcodecs.";

    /// <summary>Reads <c>.zarray</c>'s <c>compressor</c>.</summary>
    /// <param name="compressor">Its value; undefined is as good as null.</param>
    /// <param name="type">The array's type: v2 does not tell blosc the size of a voxel.</param>
    /// <param name="path">The document, for errors.</param>
    /// <returns>Null for none.</returns>
    /// <exception cref="UnsupportedException">A codec that is not read here.</exception>
    /// <exception cref="SourceException">A configuration that makes no sense.</exception>
    public static Codec? FromV2(JsonElement compressor, DataType type, string path)
    {
        if (compressor.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return null;
        return Read(Text(compressor, "id", path, "the compressor"), compressor, type, path);
    }

    /// <summary>Reads an entry of a v3 array's <c>codecs</c> that comes after <c>bytes</c>: an object or only a name.</summary>
    /// <param name="codec">The entry.</param>
    /// <param name="type">The array's type.</param>
    /// <param name="path">The document, for errors.</param>
    /// <exception cref="UnsupportedException">A codec that is not read here.</exception>
    /// <exception cref="SourceException">A configuration that makes no sense.</exception>
    public static Codec FromV3(JsonElement codec, DataType type, string path)
    {
        if (codec.ValueKind == JsonValueKind.String) return Read(codec.GetString()!, default, type, path);
        string name = Text(codec, "name", path, "a codec");
        codec.TryGetProperty("configuration", out JsonElement configuration);
        return Read(name.StartsWith(NumcodecsPrefix, StringComparison.Ordinal) ? name[NumcodecsPrefix.Length..] : name, configuration, type, path);
    }

    private static Codec Read(string id, JsonElement configuration, DataType type, string path)
    {
        switch (id)
        {
            case BloscCodec.Id:
                return new BloscCodec(
                    Compressor(configuration, path),
                    Number(configuration, "clevel", 0, 9, 5, id, path),
                    Shuffle(configuration, type, path),
                    Number(configuration, "typesize", 1, 255, type.Size(), id, path),
                    Number(configuration, "blocksize", 0, int.MaxValue, 0, id, path));
            case ZstdCodec.Id:
                return new ZstdCodec(Number(configuration, "level", ZstdCodec.LeastLevel, ZstdCodec.MostLevel, 1, id, path));
            case GzipCodec.Id:
                return new GzipCodec(Number(configuration, "level", DeflateCodec.LeastLevel, DeflateCodec.MostLevel, 1, id, path));
            case ZlibCodec.Id:
                return new ZlibCodec(Number(configuration, "level", DeflateCodec.LeastLevel, DeflateCodec.MostLevel, 1, id, path));
            default:
                throw new UnsupportedException(path, $"the codec '{id}' is not supported; blosc, zstd, gzip and zlib are");
        }
    }

    private static string Compressor(JsonElement configuration, string path)
    {
        if (!TryGet(configuration, "cname", out JsonElement value)) return Compression.DefaultCompressor;
        return value.ValueKind == JsonValueKind.String && value.GetString() is { } name && BloscCodec.Compressors.Contains(name)
            ? name
            : throw new UnsupportedException(path, $"blosc's cname {value.GetRawText()} is not supported; {string.Join(", ", BloscCodec.Compressors)} are");
    }

    /// <summary>A number in v2, -1 for what suits the type; a word in v3.</summary>
    private static BloscShuffle Shuffle(JsonElement configuration, DataType type, string path)
    {
        if (!TryGet(configuration, "shuffle", out JsonElement value)) return BloscShuffle.Shuffle;
        foreach (BloscShuffle shuffle in Enum.GetValues<BloscShuffle>())
        {
            if (value.ValueKind == JsonValueKind.String && value.ValueEquals(BloscCodec.Word(shuffle))) return shuffle;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number == (int)shuffle) return shuffle;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int auto) && auto == -1)
            return type.Size() == 1 ? BloscShuffle.BitShuffle : BloscShuffle.Shuffle;
        throw new SourceException(path, $"blosc's shuffle is {value.GetRawText()}; expected noshuffle, shuffle or bitshuffle, or in v2 a number from -1 to 2");
    }

    private static int Number(JsonElement configuration, string field, int least, int most, int otherwise, string id, string path)
    {
        if (!TryGet(configuration, field, out JsonElement value)) return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most
            ? number
            : throw new SourceException(path, $"{id}'s {field} is {value.GetRawText()}; expected a whole number from {least} to {most}");
    }

    private static string Text(JsonElement owner, string field, string path, string what) =>
        TryGet(owner, field, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new SourceException(path, $"{what} is {owner.GetRawText()}; expected an object with a text \"{field}\"");

    private static bool TryGet(JsonElement owner, string field, out JsonElement value)
    {
        value = default;
        return owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;
    }
}
