using System.Buffers.Binary;
using ZarrFs.Core.Tiff.Descriptions;

namespace ZarrFs.Tests.Tiff.Descriptions;

/// <summary>ImageJ's private tags: written by its layout, and cut and spoilt at every byte.</summary>
public sealed class ImageJMetadataTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RangesAndTablesAreRead(bool bigEndian)
    {
        (ulong[] counts, byte[] data) = Write(bigEndian);
        ImageJMetadata metadata = ImageJMetadata.Parse(counts, data);
        Assert.Equal([(1.5, 200), null, (-3, 7)], metadata.Ranges);
        Assert.Equal([0xFF0000, 0xFFFFFF, null], metadata.Colors);
    }

    [Fact]
    public void EveryCutAndEveryCountIsSurvived()
    {
        (ulong[] counts, byte[] data) = Write(bigEndian: true);
        for (int length = 0; length < data.Length; length++)
        {
            ImageJMetadata metadata = ImageJMetadata.Parse(counts, data.AsSpan(0, length));
            Assert.True(metadata.Ranges.Count + metadata.Colors.Count < 6);
        }

        for (int i = 0; i < counts.Length; i++)
        {
            foreach (ulong count in (ulong[])[0, 1, 3, 11, 13, 1 << 20, uint.MaxValue, ulong.MaxValue])
            {
                ulong[] changed = [.. counts];
                changed[i] = count;
                ImageJMetadata metadata = ImageJMetadata.Parse(changed, data);
                Assert.InRange(metadata.Colors.Count, 0, 3);
            }
        }

        for (int at = 0; at < 40; at++)
        {
            byte[] changed = [.. data];
            changed[at] ^= 0xFF;
            Assert.InRange(ImageJMetadata.Parse(counts, changed).Colors.Count, 0, 3);
        }

        Assert.Empty(ImageJMetadata.Parse([], data).Ranges);
        Assert.Empty(ImageJMetadata.Parse(counts, []).Ranges);
    }

    private static (ulong[] Counts, byte[] Data) Write(bool bigEndian)
    {
        List<byte> data = [];
        List<ulong> counts = [];
        Put("IJIJ"u8);
        PutType("labl"u8, 2);
        PutType("rang"u8, 1);
        PutType("luts"u8, 3);
        counts.Add((ulong)data.Count);
        foreach (byte[] label in (byte[][])[[0, 65], [0, 66, 0, 67]]) Item(label);
        byte[] ranges = new byte[48];
        double[] values = [1.5, 200, 9, 9, -3, 7];
        for (int i = 0; i < values.Length; i++)
        {
            if (bigEndian) BinaryPrimitives.WriteDoubleBigEndian(ranges.AsSpan(8 * i), values[i]);
            else BinaryPrimitives.WriteDoubleLittleEndian(ranges.AsSpan(8 * i), values[i]);
        }

        Item(ranges);
        byte[] ramp = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        byte[] zero = new byte[256];
        Item([.. ramp, .. zero, .. zero]);
        Item([.. ramp, .. ramp, .. ramp]);
        Item([.. ramp.Reverse(), .. ramp, .. zero]);
        return ([.. counts], [.. data]);

        void Item(byte[] bytes)
        {
            data.AddRange(bytes);
            counts.Add((ulong)bytes.Length);
        }

        void PutType(ReadOnlySpan<byte> type, int items)
        {
            Put(type);
            byte[] number = new byte[4];
            if (bigEndian) BinaryPrimitives.WriteInt32BigEndian(number, items);
            else BinaryPrimitives.WriteInt32LittleEndian(number, items);
            data.AddRange(number);
        }

        void Put(ReadOnlySpan<byte> letters)
        {
            byte[] four = letters.ToArray();
            if (!bigEndian) Array.Reverse(four);
            data.AddRange(four);
        }
    }
}
