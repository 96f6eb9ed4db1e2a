using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff;

/// <summary>Turns a directory into a page whose samples can be read, or says why it cannot be.</summary>
internal static class PageParser
{
    /// <summary>Most strips or tiles of a page: 32 MiB of offsets.</summary>
    private const long MostSegments = 1 << 22;

    private const int Batch = 1024;
    private const int MinIsBlack = 1;
    private const int Palette = 3;

    /// <summary>Reads layout and offsets of a page and checks that all its samples are in the file.</summary>
    /// <param name="directory">The page's tags.</param>
    /// <param name="like">The layout of another page, reused if this one's is equal, so that stacks keep only one.</param>
    /// <exception cref="TiffFormatException">Malformed, or samples past the end of the file.</exception>
    /// <exception cref="UnsupportedException">Well-formed, but not one of the kinds that are read.</exception>
    public static TiffPage Parse(TiffDirectory directory, PageLayout? like)
    {
        PageLayout layout = Layout(directory);
        if (layout == like) layout = like;
        return Locate(directory, layout);
    }

    private static PageLayout Layout(TiffDirectory directory)
    {
        long width = directory.Required(TiffTag.ImageWidth);
        long height = directory.Required(TiffTag.ImageLength);
        long compression = directory.Integer(TiffTag.Compression, TiffCompression.None);
        CheckSupported(directory, compression);
        DataType type = SampleType(directory);
        bool tiled = directory.Has(TiffTag.TileWidth) || directory.Has(TiffTag.TileOffsets);
        long segmentWidth = width;
        long segmentHeight;
        if (tiled)
        {
            segmentWidth = directory.Required(TiffTag.TileWidth);
            segmentHeight = directory.Required(TiffTag.TileLength);
        }
        else
        {
            // 2³²−1, the default, means a single strip; many writers give more rows than there are.
            segmentHeight = directory.Has(TiffTag.RowsPerStrip) ? directory.Required(TiffTag.RowsPerStrip, uint.MaxValue) : height;
            segmentHeight = Math.Min(segmentHeight, height);
        }

        return new PageLayout(width, height, type, directory.IsBigEndian, tiled, segmentWidth, segmentHeight, compression);
    }

    private static void CheckSupported(TiffDirectory directory, long compression)
    {
        // The one place where a decoder for compressed pages joins in: PageLayout carries the value on.
        if (compression != TiffCompression.None)
        {
            throw Unsupported(
                directory, TiffTag.Compression, $"{compression} ({TiffCompression.Name(compression)}) is not supported yet; 1 (none) is");
        }

        long samples = directory.Integer(TiffTag.SamplesPerPixel, 1);
        if (samples == 0) throw directory.Error(TiffTag.SamplesPerPixel, "found 0, expected at least 1");
        if (samples != 1) throw Unsupported(directory, TiffTag.SamplesPerPixel, $"{samples} is not supported; 1 is");

        long photometric = directory.Integer(TiffTag.PhotometricInterpretation, MinIsBlack);
        if (photometric is not (MinIsBlack or Palette))
        {
            string name = photometric switch
            {
                0 => " (min-is-white)",
                2 => " (RGB)",
                4 => " (mask)",
                5 => " (separated)",
                6 => " (YCbCr)",
                8 => " (CIE L*a*b*)",
                32803 => " (colour filter array)",
                _ => "",
            };
            throw Unsupported(
                directory, TiffTag.PhotometricInterpretation,
                $"{photometric}{name} is not supported; 1 (min-is-black) and 3 (palette, read as its indices) are");
        }

        long planar = directory.Integer(TiffTag.PlanarConfiguration, 1);
        if (planar is not (1 or 2)) throw Unsupported(directory, TiffTag.PlanarConfiguration, $"{planar} is not supported; 1 and 2 are");
        long fillOrder = directory.Integer(TiffTag.FillOrder, 1);
        if (fillOrder != 1) throw Unsupported(directory, TiffTag.FillOrder, $"{fillOrder} is not supported; 1 is");
        long depth = directory.Integer(TiffTag.ImageDepth, 1);
        if (depth != 1) throw Unsupported(directory, TiffTag.ImageDepth, $"{depth} is not supported; 1 is");
    }

    private static DataType SampleType(TiffDirectory directory)
    {
        long bits = directory.Integer(TiffTag.BitsPerSample, 1);
        long format = directory.Integer(TiffTag.SampleFormat, 1);
        return (format, bits) switch
        {
            (1, 8) => DataType.UInt8,
            (1, 16) => DataType.UInt16,
            (1, 32) => DataType.UInt32,
            (1, 64) => DataType.UInt64,
            (2, 8) => DataType.Int8,
            (2, 16) => DataType.Int16,
            (2, 32) => DataType.Int32,
            (2, 64) => DataType.Int64,
            (3, 32) => DataType.Float32,
            (3, 64) => DataType.Float64,
            (1 or 2, _) => throw Unsupported(
                directory, TiffTag.BitsPerSample, $"{bits} is not supported for integers; 8, 16, 32 and 64 are"),
            (3, _) => throw Unsupported(
                directory, TiffTag.BitsPerSample, $"{bits} is not supported for floating-point samples; 32 and 64 are"),
            _ => throw Unsupported(
                directory, TiffTag.SampleFormat, $"{format} is not supported; 1 (unsigned), 2 (signed) and 3 (floating point) are"),
        };
    }

    private static TiffPage Locate(TiffDirectory directory, PageLayout layout)
    {
        TiffTag offsetsTag = layout.IsTiled ? TiffTag.TileOffsets : TiffTag.StripOffsets;
        TiffTag countsTag = layout.IsTiled ? TiffTag.TileByteCounts : TiffTag.StripByteCounts;
        // Bounds first: everything below multiplies numbers that the file chose.
        long fileLength = directory.FileLength;
        if (layout.Bytes / layout.DataType.Size() / layout.Height != layout.Width || layout.Bytes > fileLength)
        {
            throw directory.Error(
                TiffTag.ImageLength,
                $"{layout.Width} × {layout.Height} {layout.DataType.Name()} samples do not fit in the file's {fileLength} bytes");
        }

        if (layout.SegmentWidth > fileLength || layout.SegmentHeight > fileLength / layout.SegmentRowBytes)
        {
            throw directory.Error(
                TiffTag.TileLength, $"a tile of {layout.SegmentWidth} × {layout.SegmentHeight} is larger than the file's {fileLength} bytes");
        }

        if (layout.SegmentsDown > MostSegments / layout.SegmentsAcross)
        {
            throw directory.Error(
                offsetsTag, $"{layout.SegmentsAcross} × {layout.SegmentsDown} segments, expected at most {MostSegments}");
        }

        long segments = layout.SegmentsAcross * layout.SegmentsDown;
        TiffField offsets = directory.Integers(offsetsTag, segments);
        // A single uncompressed strip needs no byte count; some old writers left it out.
        bool counted = segments > 1 || layout.IsTiled || directory.Has(countsTag);
        TiffField counts = counted ? directory.Integers(countsTag, segments) : default;
        return Locate(directory, layout, segments, offsets, counted ? counts : null);
    }

    private static TiffPage Locate(TiffDirectory directory, PageLayout layout, long segments, TiffField offsets, TiffField? counts)
    {
        long first = 0;
        long[]? table = null;
        Span<ulong> batch = stackalloc ulong[Batch];
        for (long start = 0; start < segments; start += Batch)
        {
            // Offsets and counts lie in two places of the file: going from one to the other for each segment would read anew each time.
            int count = (int)Math.Min(Batch, segments - start);
            for (int i = 0; i < count; i++) batch[i] = directory.Value(offsets, start + i);
            for (int i = 0; i < count; i++)
            {
                long segment = start + i;
                long needed = layout.StoredBytes(segment);
                if (batch[i] == 0 || batch[i] > (ulong)(directory.FileLength - needed))
                {
                    throw directory.Error(
                        offsets.Tag,
                        $"segment {segment} of {segments}: {needed} bytes at byte {batch[i]} are not in the file of {directory.FileLength} bytes");
                }

                if (counts is { } field && directory.Value(field, segment) < (ulong)needed)
                {
                    throw directory.Error(
                        field.Tag, $"segment {segment} of {segments}: found {directory.Value(field, segment)} bytes, expected {needed}");
                }

                long offset = (long)batch[i];
                if (segment == 0) first = offset;
                if (table is null && offset != first + segment * layout.SegmentBytes)
                {
                    table = new long[segments];
                    for (long before = 0; before < segment; before++) table[before] = first + before * layout.SegmentBytes;
                }

                if (table is not null) table[segment] = offset;
            }
        }

        return new TiffPage(directory.Page, layout, first, table);
    }

    private static UnsupportedException Unsupported(TiffDirectory directory, TiffTag tag, string message) =>
        new(directory.Path, $"page {directory.Page}, tag {(int)tag}: {tag} {message}");
}
