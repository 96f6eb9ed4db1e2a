using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff;

/// <summary>Reads boxes of an uncompressed page straight from the file.</summary>
internal static class PlaneReader
{
    /// <summary>Most bytes read at once to be copied out of: stays in a second-level cache.</summary>
    private const int Scratch = 512 << 10;

    /// <summary>
    /// Bytes that cost as much as one more read: 0.8 µs at 9 bytes a nanosecond, measured on pages in memory that no processor cache holds.
    /// Rows that leave out more than this are read one by one, others together with what lies between them.
    /// </summary>
    private const int BytesPerRead = 7000;

    /// <summary>Reads a box of one channel's voxels, little-endian, rows <paramref name="rowStride"/> bytes apart in <paramref name="destination"/>.</summary>
    /// <returns>False if the file ended before the last byte.</returns>
    /// <exception cref="IOException">A read failed.</exception>
    public static bool TryRead(
        in PageFile file, TiffPage page, int channel, long y, long x, int height, int width, Span<byte> destination, int rowStride)
    {
        PageLayout layout = page.Layout;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, layout.Channels);
        SafeFileHandle handle = file.Handle;
        int size = layout.DataType.Size();
        long endY = y + height;
        long endX = x + width;
        for (long top = y; top < endY;)
        {
            long row = top / layout.SegmentHeight;
            long skipped = top - row * layout.SegmentHeight;
            long bottom = Math.Min(endY, (row + 1) * layout.SegmentHeight);
            if (!layout.IsTiled)
            {
                // Strips that follow one another are one strip: 1500 one-row strips are one read.
                long start = page.Offset(row) - row * layout.SegmentBytes;
                while (bottom < endY && page.Offset(bottom / layout.SegmentHeight) == start + bottom * layout.SegmentRowBytes)
                    bottom = page.IsContiguous ? endY : Math.Min(endY, bottom + layout.SegmentHeight);
            }

            Span<byte> rows = destination[checked((int)((top - y) * rowStride))..];
            for (long left = x; left < endX;)
            {
                long column = left / layout.SegmentWidth;
                long right = Math.Min(endX, (column + 1) * layout.SegmentWidth);
                long offset = page.Offset(row * layout.SegmentsAcross + column) + skipped * layout.SegmentRowBytes;
                Band band = new(
                    offset, layout.SegmentRowBytes, (left - column * layout.SegmentWidth) * size, (int)(right - left) * size, (int)(bottom - top));
                if (!TryReadBand(handle, band, rows[((int)(left - x) * size)..], rowStride)) return false;
                left = right;
            }

            top = bottom;
        }

        if (layout.IsBigEndian && size > 1) ToLittleEndian(destination, size, width * size, height, rowStride);
        return true;
    }

    private static bool TryReadBand(SafeFileHandle handle, in Band band, Span<byte> destination, int rowStride)
    {
        long start = band.Offset + band.Skip;
        if (band.Rows == 1 || (band.Bytes == band.Stride && band.Bytes == rowStride))
            return TryFill(handle, destination[..(band.Rows * band.Bytes)], start);

        long wasted = band.Stride - band.Bytes;
        if (wasted > BytesPerRead || band.Stride > Scratch)
        {
            for (int row = 0; row < band.Rows; row++)
            {
                if (!TryFill(handle, destination.Slice(row * rowStride, band.Bytes), start + row * band.Stride)) return false;
            }

            return true;
        }

        int stride = (int)band.Stride;
        int together = Math.Min(band.Rows, Scratch / stride);
        byte[] scratch = ArrayPool<byte>.Shared.Rent(together * stride);
        try
        {
            for (int row = 0; row < band.Rows; row += together)
            {
                int rows = Math.Min(together, band.Rows - row);
                // What follows the last wanted voxel is left out: it may be past the end of the file.
                if (!TryFill(handle, scratch.AsSpan(0, (rows - 1) * stride + band.Bytes), start + row * band.Stride)) return false;
                for (int i = 0; i < rows; i++)
                    scratch.AsSpan(i * stride, band.Bytes).CopyTo(destination[((row + i) * rowStride)..]);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        return true;
    }

    private static bool TryFill(SafeFileHandle handle, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0) return false;
            destination = destination[read..];
            offset += read;
        }

        return true;
    }

    private static void ToLittleEndian(Span<byte> destination, int size, int rowBytes, int rows, int rowStride)
    {
        if (rowBytes == rowStride)
        {
            rowBytes *= rows;
            rows = 1;
        }

        for (int row = 0; row < rows; row++)
        {
            Span<byte> bytes = destination.Slice(row * rowStride, rowBytes);
            if (size == 2)
            {
                Span<ushort> values = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(values, values);
            }
            else if (size == 4)
            {
                Span<uint> values = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(values, values);
            }
            else
            {
                Span<ulong> values = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(values, values);
            }
        }
    }

    /// <summary>Rows of one segment, or of several strips that follow one another, and the columns wanted of them.</summary>
    /// <param name="Offset">Of the first row in the file.</param>
    /// <param name="Stride">Bytes from a row to the next.</param>
    /// <param name="Skip">Bytes before the first wanted column.</param>
    /// <param name="Bytes">Bytes wanted of each row.</param>
    /// <param name="Rows">Number of rows.</param>
    private readonly record struct Band(long Offset, long Stride, long Skip, int Bytes, int Rows);
}
