using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Tiff;

/// <summary>What is made of stored samples: unpacked, taken apart, inverted, expanded, widened; compressed or not, in both byte orders.</summary>
public sealed class SampleTests
{
    private const int Width = 61, Height = 9;

    public static TheoryData<int, int, bool, bool> Forms { get; } = MakeForms();

    private static TheoryData<int, int, bool, bool> MakeForms()
    {
        TheoryData<int, int, bool, bool> data = [];
        foreach (int bits in (int[])[.. Enumerable.Range(1, 32), 64])
        {
            foreach (int samples in (int[])[1, 3, 4, 5])
            {
                data.Add(bits, samples, bits % 2 == 0, false);
                data.Add(bits, samples, (bits + samples) % 2 == 0, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void EveryWidthAndNumberOfSamples(int bits, int samples, bool bigEndian, bool compressed)
    {
        ulong[] values = Values(bits, samples);
        byte[] stored = Pack(values, bits, samples, bigEndian);
        RawTiff tiff = new RawTiff { BigEndian = bigEndian }.Shape(Width, Height, (uint)bits, samples).With(262, 1);
        if (compressed) tiff.With(259, 8);
        Compare(tiff.Write(compressed ? RawTiff.Deflate(stored) : stored), values, bits, samples, Photometric.Apply);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(8, 1)]
    [InlineData(8, 2)]
    [InlineData(12, 2)]
    [InlineData(16, 1)]
    [InlineData(32, 1)]
    [InlineData(64, 1)]
    public void MinIsWhiteIsTheMaximumMinusTheFirstSample(int bits, int samples)
    {
        ulong[] values = Values(bits, samples);
        ulong most = ulong.MaxValue >> (64 - bits);
        byte[] file = new RawTiff().Shape(Width, Height, (uint)bits, samples).With(262, 0).Write(Pack(values, bits, samples, false));
        Compare(file, values, bits, samples, Photometric.Ignore);
        Compare(file, [.. values.Select((value, i) => i % samples == 0 ? most - value : value)], bits, samples, Photometric.Apply);
    }

    [Fact]
    public void MinIsWhiteLeavesNumbersWithoutAMaximumAsTheyAre()
    {
        byte[] stored = Samples.Make(Width * Height * 4);
        byte[] file = new RawTiff().Shape(Width, Height, 32).With(262, 0).With(339, 3).Write(stored);
        Read(file, Photometric.Apply, image => Assert.Equal(stored, image.Read(0)));
    }

    [Theory]
    [InlineData(1, 1, 257)]
    [InlineData(4, 1, 257)]
    [InlineData(8, 1, 257)]
    [InlineData(8, 1, 1)]
    [InlineData(8, 1, 251)]
    [InlineData(8, 2, 257)]
    [InlineData(8, 2, 251)]
    [InlineData(16, 1, 257)]
    public void APaletteIsThreeChannels(int bits, int samples, int factor)
    {
        ulong[] values = Values(bits, samples);
        Random random = new(4);
        uint[] map = [.. Enumerable.Range(0, 3 << bits).Select(_ => (uint)(random.Next(256) * factor))];
        byte[] file = new RawTiff().Shape(Width, Height, (uint)bits, samples).With(262, 3).With(320, map).Write(Pack(values, bits, samples, false));
        Compare(file, values, bits, samples, Photometric.Ignore);
        // Multiples of 257 and maps below 256 are colours of eight bits.
        uint scale = factor == 257 ? 257u : 1;
        int width = factor is 257 or 1 ? 8 : 16;
        ulong[] colors = new ulong[Width * Height * (samples + 2)];
        for (int i = 0; i < Width * Height; i++)
        {
            for (int color = 0; color < 3; color++) colors[i * (samples + 2) + color] = map[(color << bits) + (int)values[i * samples]] / scale;
            for (int other = 1; other < samples; other++) colors[i * (samples + 2) + other + 2] = values[i * samples + other];
        }

        Compare(file, colors, width, samples + 2, Photometric.Apply);
        uint eight = factor == 1 ? 1u : factor == 257 ? 257u : 256;
        int expected = (int)((map[1] / eight << 16) | (map[(1 << bits) + 1] / eight << 8) | (map[(2 << bits) + 1] / eight));
        Read(file, Photometric.Apply, image => Assert.Equal(expected, image.Pages[0].Layout.Palette!.Color(1)));
    }

    [Fact]
    public void ImageJsLookupTablesAreNotCarriedOut()
    {
        byte[] stored = Samples.Make(Width * Height);
        uint[] map = [.. Enumerable.Range(0, 768).Select(static i => (uint)(i % 256 * 257))];
        using TemporaryDirectory directory = new();
        foreach (uint photometric in (uint[])[0, 3])
        {
            RawTiff tiff = new RawTiff().Shape(Width, Height, 8).With(262, photometric).With(270, "ImageJ=1.53t\n").With(320, map);
            using ISource source = SourceOpener.Open(directory.File($"{photometric}.tif", tiff.Write(stored)), new SourceOptions());
            Assert.Equal(stored, Samples.ReadAll(source));
        }
    }

    [Fact]
    public void EveryHalfIsWidenedExactly()
    {
        byte[] stored = new byte[2 << 16];
        for (int i = 0; i <= ushort.MaxValue; i++) BinaryPrimitives.WriteUInt16BigEndian(stored.AsSpan(2 * i), (ushort)i);
        byte[] file = new RawTiff { BigEndian = true }.Shape(256, 256, 16).With(339, 3).With(262, 1).Write(stored);
        Read(file, Photometric.Apply, image =>
        {
            Assert.Equal(DataType.Float32, image.Pages[0].Layout.DataType);
            ReadOnlySpan<float> found = MemoryMarshal.Cast<byte, float>(image.Read(0));
            for (int i = 0; i <= ushort.MaxValue; i++)
            {
                float expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
                // What a not-a-number carries beside being one may be quieted.
                if (!float.IsNaN(expected)) Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(found[i]));
                else Assert.True(float.IsNaN(found[i]));
            }
        });
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(8, false)]
    [InlineData(8, true)]
    [InlineData(12, true)]
    [InlineData(16, false)]
    public void FillOrderTwoIsTurnedRound(int bits, bool compressed)
    {
        ulong[] values = Values(bits, 1);
        byte[] stored = Pack(values, bits, 1, false);
        // PackBits that packs nothing. The order of bits is that of the compressed bytes, not of what comes out of them.
        if (compressed) stored = [.. stored.Chunk(64).SelectMany(static chunk => (byte[])[(byte)(chunk.Length - 1), .. chunk])];
        RawTiff tiff = new RawTiff().Shape(Width, Height, (uint)bits).With(262, 1).With(266, 2).With(259, compressed ? 32773u : 1);
        Compare(tiff.Write([.. stored.Select(Mirror)]), values, bits, 1, Photometric.Apply);

        static byte Mirror(byte value) => (byte)Enumerable.Range(0, 8).Sum(bit => (value >> bit & 1) << (7 - bit));
    }

    /// <summary>Random samples, interleaved.</summary>
    private static ulong[] Values(int bits, int samples)
    {
        Random random = new(bits * 8 + samples);
        return [.. Enumerable.Range(0, Width * Height * samples).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> (64 - bits))];
    }

    /// <summary>Rows of samples as TIFF 6.0 packs them: bit after bit, the highest first, but whole bytes by the byte order.</summary>
    private static byte[] Pack(ulong[] values, int bits, int samples, bool bigEndian)
    {
        int perRow = Width * samples, rowBytes = (perRow * bits + 7) / 8;
        byte[] bytes = new byte[rowBytes * Height];
        for (int i = 0; i < values.Length; i++)
        {
            for (int bit = 0; bit < bits; bit++)
            {
                if ((values[i] >> (bits - 1 - bit) & 1) == 0) continue;
                int at = i % perRow * bits + bit;
                bytes[i / perRow * rowBytes + at / 8] |= (byte)(0x80 >> at % 8);
            }
        }

        if (!bigEndian && bits is 16 or 32 or 64)
        {
            for (int i = 0; i < bytes.Length; i += bits / 8) Array.Reverse(bytes, i, bits / 8);
        }

        return bytes;
    }

    private static void Compare(byte[] file, ulong[] values, int bits, int samples, Photometric photometric)
    {
        int size = bits switch { <= 8 => 1, <= 16 => 2, <= 32 => 4, _ => 8 };
        Read(file, photometric, image =>
        {
            Assert.Equal(samples, image.Pages[0].Layout.Channels);
            Assert.Equal(size switch { 1 => DataType.UInt8, 2 => DataType.UInt16, 4 => DataType.UInt32, _ => DataType.UInt64 }, image.Pages[0].Layout.DataType);
            Random random = new(1);
            for (int channel = 0; channel < samples; channel++)
            {
                Check(image, channel, 0, 0, Height, Width);
                int y = random.Next(Height), x = random.Next(Width);
                Check(image, channel, y, x, random.Next(1, Height - y + 1), random.Next(1, Width - x + 1));
            }
        });

        void Check(PageImage image, int channel, int y, int x, int height, int width)
        {
            byte[] expected = new byte[height * width * size];
            for (int i = 0; i < expected.Length; i++)
            {
                int pixel = i / size;
                expected[i] = (byte)(values[((y + pixel / width) * Width + x + pixel % width) * samples + channel] >> (8 * (i % size)));
            }

            Assert.True(expected.AsSpan().SequenceEqual(image.Read(0, channel, y, x, height, width)), $"channel {channel}, {height} × {width} at {y}, {x}");
        }
    }

    private static void Read(byte[] file, Photometric photometric, Action<PageImage> look)
    {
        using TemporaryDirectory directory = new();
        using PageImage image = new(directory.File("page.tif", file), photometric);
        look(image);
        Assert.Equal(0, image.BuffersHeld());
    }
}
