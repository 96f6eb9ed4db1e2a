using System.Buffers;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// Decodes strips and tiles through libtiff, from any thread. The objects it takes depend only on the layout and the rows, so those used
/// last are kept: a strip costs no header.
/// </summary>
internal static unsafe class SegmentDecoder
{
    /// <summary>Objects kept while nobody uses them: for each thread one for whole strips and one for the last.</summary>
    public static readonly int MostIdle = 2 * Environment.ProcessorCount + 2;

    /// <summary>Encoded bytes up to which a segment is read into an array outside of the memory budget: a few such arrays are kept for each thread.</summary>
    private const int MostPooled = 1 << 20;

    private static readonly Lock Sync = new();
    private static readonly List<Idle> Kept = [];

    /// <summary>Reads a segment from the file and writes its samples, every byte of them: rows padded to whole bytes, little-endian.</summary>
    /// <exception cref="TiffFormatException">The bytes do not decode to as many as the layout asks for; in libtiff's words.</exception>
    /// <exception cref="EndOfStreamException">The file ends before the segment.</exception>
    /// <exception cref="IOException">A read failed.</exception>
    public static void Decode(in PageFile file, TiffPage page, long segment, Span<byte> decoded)
    {
        int length = (int)page.StoredBytes(segment);
        if (length > MostPooled)
        {
            ChunkBuffer buffer = file.Segments.Rent(length);
            try
            {
                Decode(file, page, segment, buffer.Span[..length], decoded);
            }
            finally
            {
                buffer.Release();
            }

            return;
        }

        byte[] encoded = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Decode(file, page, segment, encoded.AsSpan(0, length), decoded);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }

    private static void Decode(in PageFile file, TiffPage page, long segment, Span<byte> encoded, Span<byte> decoded)
    {
        if (!RowBand.TryFill(file.Handle, encoded, page.Offset(segment)))
            throw new EndOfStreamException($"the file ends before byte {page.Offset(segment) + encoded.Length}");
        PageLayout layout = page.Layout;
        if (Decode(layout, layout.Rows(segment), encoded, decoded) is { } error)
            throw new TiffFormatException(file.Path, $"page {page.Index}, {(layout.IsTiled ? "tile" : "strip")} {segment}: libtiff: {error}");
        if (layout.IsBigEndian && layout.Predictor == 3 && layout.Bits >= 32) FloatPlanes.Repair(decoded, layout, segment);
    }

    /// <returns>What went wrong, or null.</returns>
    private static string? Decode(PageLayout layout, long rows, Span<byte> encoded, Span<byte> decoded)
    {
        if (!TiffCompression.IsFax(layout.Compression)) return DecodeOnce(layout, rows, encoded, decoded);

        // The end of a fax before its last row is success to TIFFReadFromUserBuffer: it is a row that stays as it was, whatever it was.
        Span<byte> last = decoded[^(int)layout.SegmentRowBytes..];
        foreach (byte before in (ReadOnlySpan<byte>)[0x55, 0xAA])
        {
            last.Fill(before);
            if (DecodeOnce(layout, rows, encoded, decoded) is { } error) return error;
            if (last.ContainsAnyExcept(before)) return null;
        }

        return $"{TiffCompression.Name(layout.Compression)}: the data ends before row {rows - 1}";
    }

    private static string? DecodeOnce(PageLayout layout, long rows, Span<byte> encoded, Span<byte> decoded)
    {
        _ = LibTiffMessages.Take();
        LibTiffHandle? handle = Take(layout, rows) ?? Open(layout, rows);
        if (handle is null) return LibTiffMessages.Take() ?? "the layout is refused without a word";
        bool good = false;
        try
        {
            fixed (byte* input = encoded, output = decoded)
                good = LibTiff.ReadFromUserBuffer(handle.DangerousGetHandle(), 0, input, encoded.Length, output, decoded.Length) != 0;
            GC.KeepAlive(handle);
            string? error = LibTiffMessages.Take();
            good &= error is null;
            return good ? null : error ?? "decoding failed without a word";
        }
        finally
        {
            // What a failed decode leaves behind in the object is anybody's guess.
            if (good) Keep(new Idle(layout, rows, handle));
            else handle.Dispose();
        }
    }

    private static LibTiffHandle? Open(PageLayout layout, long rows)
    {
        LibTiffHandle? handle = LibTiffHandle.TryOpen(SegmentHeader.Write(layout, rows));
        if (handle is null || !layout.IsJpegColor || LibTiff.ConvertJpegToRgb(handle.DangerousGetHandle())) return handle;
        handle.Dispose();
        return null;
    }

    private static LibTiffHandle? Take(PageLayout layout, long rows)
    {
        lock (Sync)
        {
            for (int i = Kept.Count - 1; i >= 0; i--)
            {
                Idle idle = Kept[i];
                if (idle.Rows != rows || idle.Layout != layout) continue;
                Kept.RemoveAt(i);
                return idle.Handle;
            }
        }

        return null;
    }

    private static void Keep(Idle idle)
    {
        LibTiffHandle? surplus = null;
        lock (Sync)
        {
            Kept.Add(idle);
            if (Kept.Count > MostIdle)
            {
                surplus = Kept[0].Handle;
                Kept.RemoveAt(0);
            }
        }

        surplus?.Dispose();
    }

    private readonly record struct Idle(PageLayout Layout, long Rows, LibTiffHandle Handle);
}
