using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// Repairs big-endian files with the floating-point predictor as libtiff writes them (tiffcp -B -c lzw:3, GDAL with ENDIANNESS=BIG): it
/// swaps the samples before it takes them apart, so that the bytes' planes stand in reverse, against TIFF Technical Note 3. Other
/// writers' are as they should be, and nothing in the file tells them apart but the numbers: those of the wrong order are absurd.
/// </summary>
internal static class FloatPlanes
{
    /// <summary>Reverses the bytes of all samples of a decoded segment if they make sense only so.</summary>
    public static void Repair(Span<byte> decoded, PageLayout layout, long segment)
    {
        // What overhangs the page is whatever the writer's buffer held.
        long inPlane = segment % layout.SegmentsPerPlane;
        long rows = Math.Min(layout.Rows(segment), layout.Height - inPlane / layout.SegmentsAcross * layout.SegmentHeight);
        long columns = Math.Min(layout.SegmentWidth, layout.Width - inPlane % layout.SegmentsAcross * layout.SegmentWidth);
        int size = layout.Bits / 8, rowBytes = (int)layout.SegmentRowBytes, used = (int)columns * layout.SegmentSamples * size;
        int told = 0, absurd = 0, absurdReversed = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int at = row * rowBytes, end = at + used; at < end; at += size)
            {
                ReadOnlySpan<byte> value = decoded.Slice(at, size);
                double number = Number(value, reversed: false), turned = Number(value, reversed: true);
                if (number == 0) continue; // says nothing, and most of a masked slice is 0
                told++;
                if (IsAbsurd(number)) absurd++;
                if (IsAbsurd(turned) && !double.IsNaN(turned)) absurdReversed++; // "not a number" is what some write outside of a mask
            }
        }

        // A quarter against none in a thousand: measured numbers never do that by themselves.
        if (absurd > told / 4 && absurdReversed <= told / 1000) ByteOrder.Reverse(decoded, size);
    }

    private static double Number(ReadOnlySpan<byte> value, bool reversed) => value.Length == 4
        ? (reversed ? BinaryPrimitives.ReadSingleBigEndian(value) : MemoryMarshal.Read<float>(value))
        : (reversed ? BinaryPrimitives.ReadDoubleBigEndian(value) : MemoryMarshal.Read<double>(value));

    /// <summary>Not a number, infinite, or so near to 0 or so large that no instrument measures it.</summary>
    private static bool IsAbsurd(double number) => number != 0 && !(Math.Abs(number) is > 1e-18 and < 1e18);
}
