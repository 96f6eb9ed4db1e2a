using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Tiff;

/// <summary>Finds where the strips or tiles of a page are and checks that the file holds all of them.</summary>
internal static class SegmentTable
{
    /// <summary>Most strips or tiles of a page: 48 MiB of offsets and lengths.</summary>
    private const long MostSegments = 1 << 22;

    private const int Batch = 1024;

    /// <exception cref="TiffFormatException">Too many segments, or one that is not in the file, too short, or too short for its samples.</exception>
    public static TiffPage Locate(TiffDirectory directory, PageLayout layout)
    {
        // Some early writers of tiles kept the tags of strips for where they are.
        TiffTag offsetsTag = layout.IsTiled && !IsOnlyOf(TiffTag.StripOffsets, TiffTag.TileOffsets) ? TiffTag.TileOffsets : TiffTag.StripOffsets;
        TiffTag countsTag = layout.IsTiled && !IsOnlyOf(TiffTag.StripByteCounts, TiffTag.TileByteCounts) ? TiffTag.TileByteCounts : TiffTag.StripByteCounts;
        if (layout.SegmentsPerPlane > MostSegments || layout.Segments > MostSegments)
        {
            throw directory.Error(
                offsetsTag, $"{layout.SegmentsAcross} × {layout.SegmentsDown} segments of each plane, expected at most {MostSegments} in all");
        }

        // Uncompressed, the lengths follow from the shape, and some old writers left them out. Compressed, a single one ends with the file.
        long segments = layout.Segments;
        if (!directory.Has(countsTag) && layout.IsDecoded && segments > 1) throw directory.Error(countsTag, "is missing");
        Segments found = new(directory, layout, directory.Integers(offsetsTag, segments), directory.Has(countsTag) ? directory.Integers(countsTag, segments) : null);
        return layout.IsDecoded ? found.Encoded() : found.Plain();

        bool IsOnlyOf(TiffTag strips, TiffTag tiles) => directory.Has(strips) && !directory.Has(tiles);
    }

    private readonly struct Segments(TiffDirectory directory, PageLayout layout, TiffField offsets, TiffField? counts)
    {
        public TiffPage Plain()
        {
            long segments = layout.Segments, first = 0;
            long[]? table = null;
            Span<ulong> from = stackalloc ulong[Batch], bytes = stackalloc ulong[Batch];
            if (layout.Bytes > directory.FileLength && !AnyHole(from, bytes))
            {
                throw directory.Error(
                    TiffTag.ImageLength,
                    $"{layout.Width} × {layout.Height} pixels of {layout.Samples} samples of {layout.Bits} bits do not fit in the file's {directory.FileLength} bytes");
            }

            for (long segment = 0; segment < segments; segment++)
            {
                int i = (int)(segment % Batch);
                if (i == 0) Load(segment, from, bytes);
                if (!IsHole(from[i], bytes[i])) CheckPlain(segment, from[i], bytes[i]);
                long offset = (long)from[i];
                if (segment == 0) first = offset;
                if (table is null && (offset == 0 || offset != first + layout.Start(segment)))
                {
                    table = new long[segments];
                    for (long before = 0; before < segment; before++) table[before] = first + layout.Start(before);
                }

                if (table is not null) table[segment] = offset;
            }

            return new TiffPage(directory.Page, layout, first, table);
        }

        public TiffPage Encoded()
        {
            long segments = layout.Segments;
            Span<ulong> from = stackalloc ulong[Batch], bytes = stackalloc ulong[Batch];
            if (segments == 1)
            {
                Load(0, from, bytes);
                return new TiffPage(directory.Page, layout, (long)from[0], CheckEncoded(0, from[0], bytes[0]));
            }

            long[] starts = new long[segments];
            int[] lengths = new int[segments];
            for (long segment = 0; segment < segments; segment++)
            {
                int i = (int)(segment % Batch);
                if (i == 0) Load(segment, from, bytes);
                lengths[segment] = CheckEncoded(segment, from[i], bytes[i]);
                starts[segment] = (long)from[i];
            }

            return new TiffPage(directory.Page, layout, starts, lengths);
        }

        /// <summary>Offsets and counts lie in two places of the file: going from one to the other for each segment would read anew each time.</summary>
        private void Load(long start, Span<ulong> from, Span<ulong> bytes)
        {
            int count = (int)Math.Min(Batch, layout.Segments - start);
            for (int i = 0; i < count; i++) from[i] = directory.Value(offsets, start + i);
            bytes.Fill(ulong.MaxValue); // not stated
            if (counts is not { } field) return;
            for (int i = 0; i < count; i++) bytes[i] = directory.Value(field, start + i);
            // A single strip of no bytes was written by those who did not count.
            if (layout.Segments == 1 && bytes[0] == 0 && from[0] != 0) bytes[0] = ulong.MaxValue;
        }

        private bool AnyHole(Span<ulong> from, Span<ulong> bytes)
        {
            for (long start = 0; start < layout.Segments; start += Batch)
            {
                Load(start, from, bytes);
                int count = (int)Math.Min(Batch, layout.Segments - start);
                for (int i = 0; i < count; i++)
                {
                    if (IsHole(from[i], bytes[i])) return true;
                }
            }

            return false;
        }

        private void CheckPlain(long segment, ulong offset, ulong count)
        {
            long needed = layout.UncompressedBytes(segment);
            CheckInside(segment, offset, needed);
            if (count < (ulong)needed) throw Error(counts!.Value.Tag, segment, $"found {count} bytes, expected {needed}");
        }

        private int CheckEncoded(long segment, ulong offset, ulong count)
        {
            if (IsHole(offset, count)) return 0;
            if (count == ulong.MaxValue) count = (ulong)Math.Clamp(directory.FileLength - (long)Math.Min(offset, long.MaxValue), 1, Array.MaxLength);
            if (count == 0) throw Error(counts!.Value.Tag, segment, $"found 0 bytes at byte {offset}, expected at least 1");
            CheckInside(segment, offset, count > long.MaxValue ? long.MaxValue : (long)count);
            long needed = layout.UncompressedBytes(segment);
            if (TiffCompression.MostExpansion(layout.Compression) is { } most && needed / most > (long)count)
            {
                throw Error(
                    counts?.Tag ?? offsets.Tag, segment,
                    $"{count} bytes of {TiffCompression.Name(layout.Compression)} cannot hold the {needed} bytes of its samples");
            }

            if (count > (ulong)Array.MaxLength)
                throw Error(counts?.Tag ?? offsets.Tag, segment, $"found {count} bytes, expected at most {Array.MaxLength} where they are compressed");
            return (int)count;
        }

        private void CheckInside(long segment, ulong offset, long needed)
        {
            if (offset != 0 && needed <= directory.FileLength && offset <= (ulong)(directory.FileLength - needed)) return;
            throw Error(offsets.Tag, segment, $"{needed} bytes at byte {offset} are not in the file of {directory.FileLength} bytes");
        }

        private TiffFormatException Error(TiffTag tag, long segment, string message) =>
            directory.Error(tag, $"segment {segment} of {layout.Segments}: {message}");

        private static bool IsHole(ulong offset, ulong count) => offset == 0 && count == 0;
    }
}
