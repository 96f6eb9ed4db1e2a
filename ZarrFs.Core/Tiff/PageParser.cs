using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff;

/// <summary>Turns a directory into a page whose samples can be read, or says why it cannot be.</summary>
internal static class PageParser
{
    /// <summary>Most bytes of a page, uncompressed: 16 TiB, some thousand times the largest known.</summary>
    private const long MostPageBytes = 1L << 44;

    private const int MostSamples = ushort.MaxValue;
    private const int MinIsWhite = 0;
    private const int PaletteColor = 3;
    private const int YCbCr = 6;

    /// <summary>Reads layout and offsets of a page and checks that all its samples are in the file.</summary>
    /// <param name="directory">The page's tags.</param>
    /// <param name="like">The layout of another page, reused if this one's is equal, so that stacks keep only one.</param>
    /// <param name="photometric">Whether min-is-white and palettes are carried out.</param>
    /// <exception cref="TiffFormatException">Malformed, or samples past the end of the file.</exception>
    /// <exception cref="UnsupportedException">Well-formed, but not one of the kinds that are read.</exception>
    public static TiffPage Parse(TiffDirectory directory, PageLayout? like, Photometric photometric = Photometric.Apply)
    {
        PageLayout layout = Layout(directory, photometric);
        CheckSize(directory, layout);
        if (layout == like) layout = like;
        return SegmentTable.Locate(directory, layout);
    }

    private static PageLayout Layout(TiffDirectory directory, Photometric photometric)
    {
        long width = directory.Required(TiffTag.ImageWidth);
        long height = directory.Required(TiffTag.ImageLength);
        long compression = directory.Integer(TiffTag.Compression, TiffCompression.None);
        LibTiff.CheckCodec(directory, compression);
        int samples = (int)directory.Integer(TiffTag.SamplesPerPixel, 1, MostSamples);
        if (samples == 0) throw directory.Error(TiffTag.SamplesPerPixel, "found 0, expected at least 1");
        long planar = OneOf(directory, TiffTag.PlanarConfiguration, 1, 2);
        long fillOrder = OneOf(directory, TiffTag.FillOrder, 1, 2);
        OneOf(directory, TiffTag.ImageDepth, 1, 1);

        (DataType type, int bits, int format) = SampleType(directory, samples);
        int interpretation = (int)Math.Min(directory.Integer(TiffTag.PhotometricInterpretation, -1), int.MaxValue);
        bool isPlanar = planar == 2 && samples > 1;
        if (TiffCompression.IsFax(compression) && (bits != 1 || (samples > 1 && !isPlanar)))
            throw directory.Unsupported(TiffTag.Compression, $"{compression} ({TiffCompression.Name(compression)}) with {samples} samples of {bits} bits is not supported; it is for one bit a pixel");
        // Writers disagree on the order of the bytes' planes (FloatPlanes), and half of all 16-bit numbers make sense in both.
        if (format == 3 && bits == 16 && directory.IsBigEndian && TiffCompression.HasPredictor(compression) && directory.Integer(TiffTag.Predictor, 1) == 3)
            throw directory.Unsupported(TiffTag.Predictor, "3 (floating point) with 16-bit samples in a big-endian file is not supported; little-endian ones are");
        if (interpretation == YCbCr && (compression != TiffCompression.Jpeg || isPlanar)) CheckSubsampling(directory);
        bool apply = photometric == Photometric.Apply && format == 1;
        Palette? palette = interpretation == PaletteColor && format == 1 && bits <= 16 ? ReadPalette(directory, bits, apply) : null;
        bool expanded = apply && palette is not null;
        if (expanded) type = palette!.IsNarrow && (bits <= 8 || samples == 1) ? DataType.UInt8 : DataType.UInt16;

        bool tiled = directory.Has(TiffTag.TileWidth) || directory.Has(TiffTag.TileOffsets);
        (long segmentWidth, long segmentHeight) = tiled
            ? (directory.Required(TiffTag.TileWidth), directory.Required(TiffTag.TileLength))
            : (width, RowsPerStrip(directory, height));
        return new PageLayout(width, height, type, directory.IsBigEndian, tiled, segmentWidth, segmentHeight, compression)
        {
            Bits = bits,
            SampleFormat = format,
            Samples = samples,
            IsPlanar = isPlanar,
            Predictor = TiffCompression.HasPredictor(compression) ? (int)OneOf(directory, TiffTag.Predictor, 1, 3) : 1,
            IsBitReversed = fillOrder == 2,
            Photometric = interpretation,
            // Only unsigned numbers have a maximum to count back from; of others the stored ones are given.
            IsInverted = apply && interpretation == MinIsWhite,
            Palette = palette,
            IsExpanded = expanded,
            CodecTags = ReadCodecTags(directory, compression),
        };
    }

    /// <summary>2³²−1, the default, means a single strip, as old writers' 0 does; many give more rows than there are.</summary>
    private static long RowsPerStrip(TiffDirectory directory, long height)
    {
        long rows = directory.Integer(TiffTag.RowsPerStrip, 0);
        return rows == 0 ? height : Math.Min(rows, height);
    }

    private static (DataType Type, int Bits, int Format) SampleType(TiffDirectory directory, int samples)
    {
        long bits = Uniform(directory, TiffTag.BitsPerSample, samples);
        long format = Uniform(directory, TiffTag.SampleFormat, samples);
        // "Undefined" (4) is to be read as if the tag were missing: TIFF 6.0, section 19.
        if (format == 4) format = 1;
        DataType type = (format, bits) switch
        {
            (1, >= 1 and <= 8) => DataType.UInt8,
            (1, > 8 and <= 16) => DataType.UInt16,
            (1, > 16 and <= 32) => DataType.UInt32,
            (1, 64) => DataType.UInt64,
            (2, 8) => DataType.Int8,
            (2, 16) => DataType.Int16,
            (2, 32) => DataType.Int32,
            (2, 64) => DataType.Int64,
            (3, 16 or 32) => DataType.Float32,
            (3, 64) => DataType.Float64,
            (1, _) => throw directory.Unsupported(
                TiffTag.BitsPerSample, $"{bits} is not supported for unsigned integers; 1 to 32 and 64 are"),
            (2, _) => throw directory.Unsupported(
                TiffTag.BitsPerSample, $"{bits} is not supported for signed integers; 8, 16, 32 and 64 are"),
            (3, _) => throw directory.Unsupported(
                TiffTag.BitsPerSample, $"{bits} is not supported for floating-point samples; 16, 32 and 64 are"),
            _ => throw directory.Unsupported(
                TiffTag.SampleFormat, $"{format} is not supported; 1 (unsigned), 2 (signed) and 3 (floating point) are"),
        };
        return (type, (int)bits, (int)format);
    }

    /// <summary>The value that a tag has for every sample. A single one stands for all, as old writers meant it; the default is 1.</summary>
    private static long Uniform(TiffDirectory directory, TiffTag tag, int samples)
    {
        if (!directory.Has(tag)) return 1;
        TiffField field = directory.Integers(tag, 1);
        int count = (int)Math.Min(field.Count, (ulong)samples);
        field = directory.Integers(tag, count);
        ulong first = directory.Value(field, 0);
        for (int i = 1; i < count; i++)
        {
            ulong other = directory.Value(field, i);
            if (other != first) throw directory.Unsupported(tag, $"{first} and {other} in one pixel is not supported; the same for all samples is");
        }

        return (long)Math.Min(first, uint.MaxValue);
    }

    private static void CheckSubsampling(TiffDirectory directory)
    {
        ulong across = 2, down = 2; // the default
        if (directory.Has(TiffTag.YCbCrSubSampling))
        {
            TiffField field = directory.Integers(TiffTag.YCbCrSubSampling, 2);
            (across, down) = (directory.Value(field, 0), directory.Value(field, 1));
        }

        if (across == 1 && down == 1) return;
        throw directory.Unsupported(
            TiffTag.YCbCrSubSampling, $"{across} × {down} of PhotometricInterpretation 6 (YCbCr) is not supported here; 1 × 1, and JPEG's, are");
    }

    /// <summary>The colours of the indices. Where nobody looks at them (<paramref name="needed"/> is false) a broken map is none.</summary>
    private static Palette? ReadPalette(TiffDirectory directory, int bits, bool needed)
    {
        if (!directory.Has(TiffTag.ColorMap)) return null;
        try
        {
            TiffField field = directory.Integers(TiffTag.ColorMap, 3 << bits);
            ushort[] values = new ushort[3 << bits];
            for (int i = 0; i < values.Length; i++)
            {
                ulong value = directory.Value(field, i);
                if (value > ushort.MaxValue) throw directory.Error(TiffTag.ColorMap, $"found {value}, expected 0 to 65535");
                values[i] = (ushort)value;
            }

            return new Palette(values);
        }
        catch (TiffFormatException) when (!needed)
        {
            return null;
        }
    }

    private static CodecTags? ReadCodecTags(TiffDirectory directory, long compression)
    {
        ReadOnlySpan<TiffTag> wanted = compression switch
        {
            TiffCompression.CcittT4 => [TiffTag.T4Options],
            TiffCompression.CcittT6 => [TiffTag.T6Options],
            TiffCompression.Jpeg => [TiffTag.JpegTables, TiffTag.YCbCrSubSampling],
            TiffCompression.Lerc => [TiffTag.LercParameters],
            _ => [],
        };
        List<CodecTag> tags = [];
        foreach (TiffTag tag in wanted)
        {
            if (directory.Has(tag)) tags.Add(directory.CodecTag(tag));
        }

        return tags.Count == 0 ? null : new CodecTags([.. tags]);
    }

    /// <summary>Bounds before anything multiplies numbers that the file chose.</summary>
    private static void CheckSize(TiffDirectory directory, PageLayout layout)
    {
        TiffTag lengthTag = layout.IsTiled ? TiffTag.TileLength : TiffTag.RowsPerStrip;
        // Width, samples and bits are at most 2³¹, 2¹⁶ and 2⁶: a row's bits are a long.
        Int128 pageBits = (Int128)layout.Width * layout.Samples * layout.Bits * layout.Height;
        if (pageBits / 8 > MostPageBytes)
        {
            throw directory.Error(
                TiffTag.ImageLength, $"{layout.Width} × {layout.Height} pixels of {layout.Samples} samples of {layout.Bits} bits, expected at most {MostPageBytes} bytes");
        }

        Int128 segmentBytes = (Int128)layout.SegmentRowBytes * layout.SegmentHeight;
        if (segmentBytes > (layout.IsDecoded ? Array.MaxLength : MostPageBytes))
        {
            throw directory.Unsupported(
                lengthTag,
                $"{layout.SegmentHeight}: a {(layout.IsTiled ? "tile" : "strip")} of {segmentBytes} bytes is not supported; {Array.MaxLength} are" +
                (layout.IsDecoded ? "" : ", and more if uncompressed"));
        }
    }

    private static long OneOf(TiffDirectory directory, TiffTag tag, long first, long last)
    {
        long value = directory.Integer(tag, first);
        if (value >= first && value <= last) return value;
        throw directory.Unsupported(tag, $"{value} is not supported; {(first == last ? $"{first} is" : $"{first} to {last} are")}");
    }
}
