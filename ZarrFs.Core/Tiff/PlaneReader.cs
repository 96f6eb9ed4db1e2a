using System.Buffers;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// Reads boxes of a page in one of three ways: uncompressed voxels straight from the file into their place; uncompressed samples that are
/// packed, interleaved or stand for something else by way of a few rows; compressed ones out of decoded segments.
/// </summary>
internal static class PlaneReader
{
    /// <summary>Most bytes read at once to be copied out of: stays in a second-level cache.</summary>
    private const int Scratch = 512 << 10;

    /// <summary>Reads a box of one channel's voxels, little-endian, rows <paramref name="rowStride"/> bytes apart in <paramref name="destination"/>.</summary>
    /// <returns>False if the file ended before the last byte.</returns>
    /// <exception cref="Failures.TiffFormatException">A segment does not decode.</exception>
    /// <exception cref="Failures.OverloadException">No memory came free for a decoded segment.</exception>
    /// <exception cref="IOException">A read failed.</exception>
    public static bool TryRead(
        in PageFile file, TiffPage page, int channel, long y, long x, int height, int width, Span<byte> destination, int rowStride)
    {
        PageLayout layout = page.Layout;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, layout.Channels);
        int size = layout.DataType.Size();
        bool direct = layout.IsDirect;
        SampleConversion conversion = new(layout, channel);
        PieceWalk walk = new(page, layout.IsPlanar ? conversion.Sample : 0, y, x, height, width);
        while (walk.MoveNext(out Piece piece))
        {
            Span<byte> rows = destination[checked(piece.Top * rowStride + piece.Left * size)..];
            if (piece.Offset == 0) Clear(rows, piece.Width * size, piece.Rows, rowStride);
            else if (layout.IsDecoded)
            {
                if (!TryReadDecoded(file, page, piece, conversion, rows, rowStride)) return false;
            }
            else if (direct)
            {
                RowBand band = new(piece.Offset + piece.Row * layout.SegmentRowBytes, layout.SegmentRowBytes, piece.Column * size, piece.Width * size, piece.Rows);
                if (file.Holes?.Contain(band.Start, band.Span) == true) Clear(rows, piece.Width * size, piece.Rows, rowStride);
                else if (!band.TryRead(file.Handle, rows, rowStride)) return false;
            }
            else if (!TryReadPacked(file.Handle, layout, piece, conversion, rows, rowStride)) return false;
        }

        if (direct && layout.IsBigEndian && size > 1) ToLittleEndian(destination, size, width * size, height, rowStride);
        return true;
    }

    private static bool TryReadDecoded(
        PageFile file, TiffPage page, in Piece piece, in SampleConversion conversion, Span<byte> destination, int rowStride)
    {
        PageLayout layout = page.Layout;
        long segment = piece.Segment;
        long rowBytes = layout.SegmentRowBytes;
        int length = (int)layout.UncompressedBytes(segment);
        SegmentKey key = new(file.Identity, page.Index, segment);
        void Decode(Span<byte> decoded) => SegmentDecoder.Decode(file, page, segment, decoded);
        try
        {
            bool whole = piece.Rows == layout.Rows(segment) && piece.Width == layout.SegmentWidth && (rowStride == rowBytes || piece.Rows == 1);
            if (whole && layout.IsPlain)
            {
                file.Segments.Fill(key, destination[..length], Decode);
                return true;
            }

            using Lease lease = file.Segments.Get(key, length, Decode);
            int size = layout.DataType.Size();
            for (int row = 0; row < piece.Rows; row++)
            {
                ReadOnlySpan<byte> from = lease.Span.Slice((int)((piece.Row + row) * rowBytes), (int)rowBytes);
                conversion.Convert(from, piece.Column * conversion.PixelBits, destination.Slice(row * rowStride, piece.Width * size));
            }

            return true;
        }
        catch (EndOfStreamException)
        {
            return false;
        }
    }

    private static bool TryReadPacked(
        SafeFileHandle handle, PageLayout layout, in Piece piece, in SampleConversion conversion, Span<byte> destination, int rowStride)
    {
        int size = layout.DataType.Size();
        // At most 2¹⁶ samples of 64 bits: one pixel always fits.
        int columns = (int)Math.Clamp((Scratch - 1) * 8L / conversion.PixelBits, 1, piece.Width);
        int together = (int)Math.Clamp(Scratch / ((columns * conversion.PixelBits + 7) / 8 + 1), 1, piece.Rows);
        byte[] scratch = ArrayPool<byte>.Shared.Rent(Scratch);
        try
        {
            for (int row = 0; row < piece.Rows; row += together)
            {
                int rows = Math.Min(together, piece.Rows - row);
                for (int column = 0; column < piece.Width; column += columns)
                {
                    int width = Math.Min(columns, piece.Width - column);
                    long firstBit = (piece.Column + column) * conversion.PixelBits;
                    long firstByte = firstBit / 8;
                    int bytes = (int)((firstBit + width * conversion.PixelBits + 7) / 8 - firstByte);
                    RowBand band = new(piece.Offset + (piece.Row + row) * layout.SegmentRowBytes, layout.SegmentRowBytes, firstByte, bytes, rows);
                    Span<byte> samples = scratch.AsSpan(0, rows * bytes);
                    if (!band.TryRead(handle, samples, bytes)) return false;
                    ByteOrder.Normalize(samples, layout);
                    for (int i = 0; i < rows; i++)
                    {
                        Span<byte> to = destination.Slice((row + i) * rowStride + column * size, width * size);
                        conversion.Convert(samples.Slice(i * bytes, bytes), firstBit - firstByte * 8, to);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        return true;
    }

    private static void Clear(Span<byte> destination, int rowBytes, int rows, int rowStride)
    {
        for (int row = 0; row < rows; row++) destination.Slice(row * rowStride, rowBytes).Clear();
    }

    private static void ToLittleEndian(Span<byte> destination, int size, int rowBytes, int rows, int rowStride)
    {
        if (rowBytes == rowStride)
        {
            rowBytes *= rows;
            rows = 1;
        }

        for (int row = 0; row < rows; row++) ByteOrder.Reverse(destination.Slice(row * rowStride, rowBytes), size);
    }
}
