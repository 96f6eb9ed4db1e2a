using System.Globalization;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Codecs;

/// <summary>
/// What a user says of compression: a codec's name, then its details after colons in any order: <c>none</c>, <c>zstd</c>, <c>gzip:6</c>,
/// <c>blosc:zstd:5:bitshuffle</c>. What is left out is numcodecs' default. The type of the voxels comes later, in <see cref="Create"/>.
/// </summary>
public sealed record Compression
{
    internal const string DefaultCompressor = "lz4";

    private const string Option = "--compression";
    private const string NoneId = "none";

    private Compression(string id, int level)
    {
        Id = id;
        Level = level;
    }

    /// <summary>Chunks are raw voxels.</summary>
    public static Compression None { get; } = new(NoneId, 0);

    /// <summary>False for <c>zlib</c>, which Zarr v3 does not have.</summary>
    public bool IsInV3 => Id != ZlibCodec.Id;

    private string Id { get; }

    private int Level { get; init; }

    private string Compressor { get; init; } = DefaultCompressor;

    private BloscShuffle Shuffle { get; init; } = BloscShuffle.Shuffle;

    /// <summary>Reads what was typed; nothing is <see cref="None"/>.</summary>
    /// <exception cref="OptionException">An unknown word, or a detail that the codec does not have.</exception>
    public static Compression Parse(string? text)
    {
        string[] words = (text ?? "").Trim().ToLowerInvariant().Split(':');
        Compression compression = words[0] switch
        {
            "" or NoneId => None,
            BloscCodec.Id => new Compression(BloscCodec.Id, 5),
            ZstdCodec.Id or GzipCodec.Id or ZlibCodec.Id => new Compression(words[0], 1),
            _ => throw new OptionException(Option, $"'{words[0]}' is not a codec; expected none, blosc, zstd, gzip or zlib"),
        };
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (string word in words.AsSpan(1))
        {
            (string what, compression) = compression.With(word);
            if (!said.Add(what)) throw new OptionException(Option, $"'{text}' says the {what} twice");
        }

        return compression;
    }

    /// <summary>The codec for voxels of a type; null for <see cref="None"/>.</summary>
    public Codec? Create(DataType type) => Id switch
    {
        BloscCodec.Id => new BloscCodec(Compressor, Level, Shuffle, type.Size()),
        ZstdCodec.Id => new ZstdCodec(Level),
        GzipCodec.Id => new GzipCodec(Level),
        ZlibCodec.Id => new ZlibCodec(Level),
        _ => null,
    };

    /// <summary>With all details, as <see cref="Parse"/> reads it: <c>blosc:lz4:5:shuffle</c>.</summary>
    public override string ToString() => Id switch
    {
        NoneId => NoneId,
        BloscCodec.Id => $"{Id}:{Compressor}:{Level}:{BloscCodec.Word(Shuffle)}",
        _ => $"{Id}:{Level}",
    };

    private (string What, Compression Compression) With(string word)
    {
        if (Id != NoneId && int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int level))
        {
            (int least, int most) = Id == ZstdCodec.Id ? (ZstdCodec.LeastLevel, ZstdCodec.MostLevel) : (0, 9);
            return level >= least && level <= most
                ? ("level", this with { Level = level })
                : throw new OptionException(Option, $"{Id} has no level {level}; expected one from {least} to {most}");
        }

        if (Id != BloscCodec.Id)
            throw new OptionException(Option, $"'{word}' means nothing to {Id}, which has {(Id == NoneId ? "no details" : $"a level only, as in {Id}:1")}");
        if (BloscCodec.Compressors.Contains(word)) return ("compressor", this with { Compressor = word });
        foreach (BloscShuffle shuffle in Enum.GetValues<BloscShuffle>())
        {
            if (BloscCodec.Word(shuffle) == word) return ("shuffle", this with { Shuffle = shuffle });
        }

        throw new OptionException(
            Option, $"'{word}' means nothing to blosc; expected {string.Join(", ", BloscCodec.Compressors)}, a level from 0 to 9, noshuffle, shuffle or bitshuffle");
    }
}
