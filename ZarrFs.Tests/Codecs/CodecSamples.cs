using System.Text;
using System.Text.Json;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Codecs;

/// <summary>Codecs with all their settings, and bytes to try them on.</summary>
internal static class CodecSamples
{
    /// <summary>One text for each way in which bytes are laid out.</summary>
    public static IReadOnlyList<string> AllTexts { get; } =
    [
        "blosc", "blosc:zstd:bitshuffle", "blosc:zlib:noshuffle", "blosc:blosclz:9", "blosc:lz4hc:bitshuffle", "blosc:snappy", "blosc:0", "zstd", "zstd:9", "gzip", "gzip:6", "zlib", "zlib:0",
    ];

    public static TheoryData<string> Texts => [.. AllTexts];

    public static Codec Of(string text, DataType type = DataType.UInt16) => Compression.Parse(text).Create(type)!;

    /// <summary>Every compressor, every shuffle, the levels at the ends and between.</summary>
    public static IReadOnlyList<Codec> All(DataType type) =>
    [
        .. from compressor in BloscCodec.Compressors
           from shuffle in Enum.GetValues<BloscShuffle>()
           from level in (int[])[0, 1, 5, 9]
           select new BloscCodec(compressor, level, shuffle, type.Size()),
        new BloscCodec("lz4", 5, BloscShuffle.Shuffle, type.Size(), 4096),
        .. from level in (int[])[-5, 0, 1, 3, 9, 19] select new ZstdCodec(level),
        .. from level in (int[])[-1, 0, 1, 6, 9] select new GzipCodec(level),
        .. from level in (int[])[-1, 0, 1, 6, 9] select new ZlibCodec(level),
    ];

    /// <summary>By the number, one of three kinds: noise, which grows when encoded; a noisy ramp, as images are; mostly fill.</summary>
    public static byte[] Voxels(int number, int voxels, DataType type)
    {
        var random = new Random(number);
        byte[] bytes = new byte[voxels * type.Size()];
        if (number % 3 == 0) random.NextBytes(bytes);
        for (int i = 0; i < bytes.Length && number % 3 == 1; i += type.Size()) bytes[i] = (byte)((i >> 4) + random.Next(4));
        for (int i = 0; i < bytes.Length && number % 3 == 2; i += 1 + random.Next(5000)) bytes[i] = (byte)random.Next(256);
        return bytes;
    }

    public static byte[] Encode(Codec codec, byte[] raw)
    {
        byte[] encoded = new byte[codec.MostEncodedBytes(raw.Length)];
        return encoded[..codec.Encode(raw, encoded)];
    }

    public static string V2(Codec codec) => Json(codec.WriteV2);

    public static string V3(Codec codec) => Json(codec.WriteV3);

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) write(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
