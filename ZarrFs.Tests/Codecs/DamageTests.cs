using System.Buffers.Binary;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Codecs;

/// <summary>Encoded bytes that are not what they were are an error or decode to so many bytes; they are never written elsewhere.</summary>
public sealed class DamageTests
{
    private const byte Canary = 0xA5;
    private const int Margin = 256;

    public static TheoryData<string> Codecs { get; } = CodecSamples.Texts;

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Whatever_is_cut_off_is_missed(string text)
    {
        foreach ((Codec codec, byte[] raw, byte[] encoded) in Samples(text))
        {
            // All of a small one; of a large one the ends and places between.
            for (int length = 0; length < encoded.Length; length += length < 3000 || length > encoded.Length - 50 ? 1 : Math.Max(37, encoded.Length / 500))
            {
                string? error = Decode(codec, encoded[..length], raw.Length, out _);
                Assert.True(error is not null, $"{encoded.Length} bytes cut off after {length}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Whatever_follows_is_noticed(string text)
    {
        foreach ((Codec codec, byte[] raw, byte[] encoded) in Samples(text))
        {
            byte[][] tails = [[0], [0, 0, 0, 0], new byte[100], [.. encoded[^4..]], [.. encoded], .. Enumerable.Range(1, 20).Select(n => CodecSamples.Voxels(3 * n, n, DataType.UInt8))];
            foreach (byte[] tail in tails)
                Assert.NotNull(Decode(codec, [.. encoded, .. tail], raw.Length, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Another_length_than_expected_is_an_error(string text)
    {
        foreach ((Codec codec, byte[] raw, byte[] encoded) in Samples(text))
        {
            foreach (int length in (int[])[1, raw.Length / 2, raw.Length - 1, raw.Length + 1, raw.Length * 2])
                Assert.Contains(codec.Name + ": ", Decode(codec, encoded, length, out _), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_flipped_bit_breaks_nothing(string text)
    {
        bool isChecked = Codec(text) is DeflateCodec;
        foreach ((Codec codec, byte[] raw, byte[] encoded) in Samples(text))
        {
            for (int bit = 0; bit < encoded.Length * 8; bit += bit < 1000 || encoded.Length < 1000 ? 1 : Math.Max(61, encoded.Length / 200))
            {
                encoded[bit / 8] ^= (byte)(1 << (bit % 8));
                string? error = Decode(codec, encoded, raw.Length, out byte[] decoded);
                encoded[bit / 8] ^= (byte)(1 << (bit % 8));
                if (isChecked && error is null) Assert.True(raw.AsSpan().SequenceEqual(decoded), $"bit {bit}: other voxels, and no error");
            }
        }
    }

    [Theory]
    [InlineData(4, 0)] // decoded bytes
    [InlineData(8, 0)] // block size
    [InlineData(8, 1)]
    [InlineData(8, 7)]
    [InlineData(8, 1999)]
    [InlineData(8, int.MaxValue)]
    [InlineData(8, -1)]
    [InlineData(12, 0)] // encoded bytes
    [InlineData(12, int.MaxValue)]
    [InlineData(16, int.MinValue)] // where the first block starts
    [InlineData(16, int.MaxValue)]
    [InlineData(16, 0)]
    public void Lengths_in_the_header_of_blosc_are_not_believed(int at, int value)
    {
        foreach (string text in (string[])["blosc", "blosc:bitshuffle", "blosc:blosclz", "blosc:zstd:noshuffle"])
        {
            foreach ((Codec codec, byte[] raw, byte[] encoded) in Samples(text))
            {
                BinaryPrimitives.WriteInt32LittleEndian(encoded.AsSpan(at), value);
                Assert.NotNull(Decode(codec, encoded, raw.Length, out _));
            }
        }
    }

    [Fact]
    public void A_bomb_is_no_more_than_what_was_expected()
    {
        foreach (string text in (string[])["zstd", "gzip", "zlib"])
        {
            Codec codec = Codec(text);
            Assert.NotNull(Decode(codec, CodecSamples.Encode(codec, new byte[64 << 20]), 1000, out _));
        }
    }

    private static Codec Codec(string text) => CodecSamples.Of(text);

    /// <summary>A small one, and one of several blocks that encodes to little.</summary>
    private static IEnumerable<(Codec Codec, byte[] Raw, byte[] Encoded)> Samples(string text)
    {
        Codec codec = Codec(text);
        foreach (byte[] raw in (byte[][])[CodecSamples.Voxels(1, 1000, DataType.UInt16), CodecSamples.Voxels(2, 150_000, DataType.UInt16)])
            yield return (codec, raw, CodecSamples.Encode(codec, raw));
    }

    /// <returns>What the codec says is wrong, or null.</returns>
    private static string? Decode(Codec codec, byte[] encoded, int length, out byte[] decoded)
    {
        byte[] around = new byte[length + (2 * Margin)];
        around.AsSpan().Fill(Canary);
        string? error = null;
        try
        {
            codec.Decode(encoded, around.AsSpan(Margin, length));
        }
        catch (CodecException e)
        {
            error = e.Message;
        }

        Assert.False(around.AsSpan(0, Margin).ContainsAnyExcept(Canary), "written before the start");
        Assert.False(around.AsSpan(Margin + length).ContainsAnyExcept(Canary), "written past the end");
        decoded = around[Margin..^Margin];
        return error;
    }
}
