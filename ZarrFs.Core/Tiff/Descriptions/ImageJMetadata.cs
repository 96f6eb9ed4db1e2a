using System.Buffers.Binary;

namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>
/// What ImageJ keeps in its private tags 50838 (byte counts) and 50839 (data): display ranges and lookup tables of the channels. The layout is
/// that of <c>ij.io.TiffEncoder.writeMetaData</c>: a header of <c>IJIJ</c> and pairs of a four-letter type and a number of items, its length
/// the first byte count, then the items, whose lengths are the others.
/// </summary>
/// <param name="Ranges">Display range of each channel; empty where none is stated, null for one that makes no sense.</param>
/// <param name="Colors">Colour of each channel's lookup table, 0xRRGGBB; null for a table that is no ramp of one colour.</param>
internal sealed record ImageJMetadata(IReadOnlyList<(double Start, double End)?> Ranges, IReadOnlyList<int?> Colors)
{
    /// <summary>Most items: a label for each plane is one.</summary>
    public const int MostItems = 1 << 20;

    /// <summary>Most bytes of data: labels and the information text are small, overlays may have some megabytes.</summary>
    public const int MostBytes = 16 << 20;

    private const int MostChannels = 1024;
    private const uint Magic = 0x494A494A;
    private const uint RangesType = 0x72616E67;
    private const uint TablesType = 0x6C757473;

    /// <summary>Nothing is known.</summary>
    public static ImageJMetadata None { get; } = new([], []);

    /// <summary>Reads the values of the two tags; what is malformed is as if it were not there, since it only decorates.</summary>
    public static ImageJMetadata Parse(ReadOnlySpan<ulong> counts, ReadOnlySpan<byte> data)
    {
        if (counts.Length == 0 || counts[0] < 12 || counts[0] > (ulong)data.Length) return None;
        // The four letters are a 32-bit number in the writer's byte order, as all numbers here are.
        bool big = BinaryPrimitives.ReadUInt32BigEndian(data) == Magic;
        if (!big && BinaryPrimitives.ReadUInt32LittleEndian(data) != Magic) return None;
        ReadOnlySpan<byte> header = data[4..(int)counts[0]];
        data = data[(int)counts[0]..];
        counts = counts[1..];
        List<(double, double)?> ranges = [];
        List<int?> colors = [];
        for (; header.Length >= 8; header = header[8..])
        {
            uint type = UInt32(header, big);
            for (uint items = UInt32(header[4..], big); items > 0; items--)
            {
                if (counts.Length == 0 || counts[0] > (ulong)data.Length) return new ImageJMetadata(ranges, colors);
                ReadOnlySpan<byte> item = data[..(int)counts[0]];
                data = data[item.Length..];
                counts = counts[1..];
                if (type == RangesType) AddRanges(item, big, ranges);
                else if (type == TablesType && item.Length == LookupTable.Bytes && colors.Count < MostChannels) colors.Add(LookupTable.Color(item));
            }
        }

        return new ImageJMetadata(ranges, colors);
    }

    private static void AddRanges(ReadOnlySpan<byte> item, bool big, List<(double, double)?> ranges)
    {
        for (; item.Length >= 16 && ranges.Count < MostChannels; item = item[16..])
            ranges.Add(DisplayRange.Of(Double(item, big), Double(item[8..], big)));
    }

    private static uint UInt32(ReadOnlySpan<byte> at, bool big) =>
        big ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    private static double Double(ReadOnlySpan<byte> at, bool big) =>
        big ? BinaryPrimitives.ReadDoubleBigEndian(at) : BinaryPrimitives.ReadDoubleLittleEndian(at);
}
