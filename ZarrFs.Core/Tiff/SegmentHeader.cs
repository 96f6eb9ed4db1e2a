using System.Buffers.Binary;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// Writes the TIFF header that libtiff is given instead of the user's file: one directory of values that were checked, which describes a
/// page of a single strip. A tile is decoded as a strip of its shape, and a plane as a page of one sample: no decoder tells them apart.
/// </summary>
internal static class SegmentHeader
{
    private const int DirectoryAt = 8;
    private const int MinIsBlack = 1;
    private const int Rgb = 2;

    /// <summary>The header for segments of so many rows.</summary>
    public static byte[] Write(PageLayout layout, long rows)
    {
        int samples = layout.SegmentSamples;
        List<(TiffTag Tag, TiffFieldType Type, uint[] Values)> entries =
        [
            (TiffTag.ImageWidth, TiffFieldType.Long, [(uint)layout.SegmentWidth]),
            (TiffTag.ImageLength, TiffFieldType.Long, [(uint)rows]),
            (TiffTag.BitsPerSample, TiffFieldType.Short, Repeat(layout.Bits, samples)),
            (TiffTag.Compression, TiffFieldType.Short, [(uint)layout.Compression]),
            (TiffTag.PhotometricInterpretation, TiffFieldType.Short, [Photometric(layout)]),
            (TiffTag.FillOrder, TiffFieldType.Short, [layout.IsBitReversed ? 2u : 1]),
            // Never followed: where the strip is said to be stands the directory itself.
            (TiffTag.StripOffsets, TiffFieldType.Long, [DirectoryAt]),
            (TiffTag.SamplesPerPixel, TiffFieldType.Short, [(uint)samples]),
            (TiffTag.RowsPerStrip, TiffFieldType.Long, [(uint)rows]),
            (TiffTag.StripByteCounts, TiffFieldType.Long, [1]),
            (TiffTag.PlanarConfiguration, TiffFieldType.Short, [1]),
            (TiffTag.SampleFormat, TiffFieldType.Short, Repeat(layout.SampleFormat, samples)),
        ];
        if (layout.Predictor != 1) entries.Add((TiffTag.Predictor, TiffFieldType.Short, [(uint)layout.Predictor]));
        foreach (CodecTag tag in layout.CodecTags is { } tags ? tags.Tags : [])
        {
            TiffFieldType type = tag.Tag switch
            {
                TiffTag.JpegTables => TiffFieldType.Undefined,
                TiffTag.YCbCrSubSampling => TiffFieldType.Short,
                _ => TiffFieldType.Long,
            };
            entries.Add((tag.Tag, type, tag.Values));
        }

        entries.Sort(static (a, b) => a.Tag.CompareTo(b.Tag));
        // libtiff would turn 24 bits round, which are a stream of bits like the other widths between bytes.
        return Write(entries, layout.IsBigEndian && layout.Bits != 24);
    }

    /// <summary>Only what changes how a decoder works: a palette here would only ask for its map.</summary>
    private static uint Photometric(PageLayout layout) => layout.Compression switch
    {
        TiffCompression.SgiLog or TiffCompression.SgiLog24 => (uint)Math.Max(layout.Photometric, MinIsBlack),
        TiffCompression.Jpeg when layout.IsJpegColor => (uint)layout.Photometric,
        _ => layout.SegmentSamples >= 3 ? Rgb : (uint)MinIsBlack,
    };

    private static uint[] Repeat(int value, int count)
    {
        uint[] values = new uint[count];
        Array.Fill(values, (uint)value);
        return values;
    }

    private static byte[] Write(List<(TiffTag Tag, TiffFieldType Type, uint[] Values)> entries, bool bigEndian)
    {
        int at = DirectoryAt;
        int valuesAt = at + 2 + 12 * entries.Count + 4;
        byte[] bytes = new byte[valuesAt + entries.Sum(static entry => Even(entry.Values.Length * entry.Type.Size()))];
        (bigEndian ? "MM"u8 : "II"u8).CopyTo(bytes);
        Put(2, 2, 42);
        Put(4, 4, DirectoryAt);
        Put(at, 2, (uint)entries.Count);
        at += 2;
        foreach ((TiffTag tag, TiffFieldType type, uint[] values) in entries)
        {
            int size = type.Size(), to = at + 8;
            Put(at, 2, (uint)tag);
            Put(at + 2, 2, (uint)type);
            Put(at + 4, 4, (uint)values.Length);
            if (values.Length * size > 4)
            {
                Put(to, 4, (uint)valuesAt);
                to = valuesAt;
                valuesAt += Even(values.Length * size);
            }

            for (int i = 0; i < values.Length; i++) Put(to + i * size, size, values[i]);
            at += 12;
        }

        return bytes;

        void Put(int offset, int size, uint value)
        {
            Span<byte> to = bytes.AsSpan(offset);
            if (size == 1) to[0] = (byte)value;
            else if (size == 2 && bigEndian) BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)value);
            else if (size == 2) BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)value);
            else if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(to, value);
            else BinaryPrimitives.WriteUInt32LittleEndian(to, value);
        }
    }

    private static int Even(int bytes) => bytes + (bytes & 1);
}
