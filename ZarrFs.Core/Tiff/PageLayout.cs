using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// How the samples of a page are stored and what is made of them: cut into tiles, or into strips, which are tiles as wide as the page.
/// Equal for all pages of most stacks, so one instance serves them all.
/// </summary>
/// <param name="Width">Voxels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="DataType">Type of a voxel, as it is given.</param>
/// <param name="IsBigEndian">Byte order of the samples.</param>
/// <param name="IsTiled">Tiles, whose edge ones are stored at full size; otherwise strips, whose last one is stored short.</param>
/// <param name="SegmentWidth">Voxels a row of a segment.</param>
/// <param name="SegmentHeight">Rows of a segment.</param>
/// <param name="Compression">Value of the Compression tag.</param>
public sealed record PageLayout(
    long Width, long Height, DataType DataType, bool IsBigEndian, bool IsTiled, long SegmentWidth, long SegmentHeight, long Compression)
{
    /// <summary>Bits of a stored sample.</summary>
    public int Bits { get; init; } = DataType.Size() * 8;

    /// <summary>Value of the SampleFormat tag: 1 unsigned, 2 signed, 3 floating point.</summary>
    public int SampleFormat { get; init; } = 1;

    /// <summary>Stored samples a pixel.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>True if each sample has segments of its own (PlanarConfiguration 2), all those of the first before all those of the second.</summary>
    public bool IsPlanar { get; init; }

    /// <summary>Value of the Predictor tag.</summary>
    public int Predictor { get; init; } = 1;

    /// <summary>True if the bits of each stored byte are in reverse (FillOrder 2).</summary>
    public bool IsBitReversed { get; init; }

    /// <summary>Value of the PhotometricInterpretation tag, or -1 where there is none.</summary>
    public int Photometric { get; init; } = 1;

    /// <summary>
    /// True if the first sample is given as the maximum of its bits minus what is stored: min-is-white, carried out. Only for unsigned
    /// samples; signed and floating-point ones have no maximum to count back from and stay as stored.
    /// </summary>
    public bool IsInverted { get; init; }

    /// <summary>Colours of the indices that the first sample is, or null.</summary>
    public Palette? Palette { get; init; }

    /// <summary>True if the first sample is given as the three colours of <see cref="Palette"/> rather than as its index.</summary>
    public bool IsExpanded { get; init; }

    /// <summary>What the decoder of a compressed page must know besides.</summary>
    internal CodecTags? CodecTags { get; init; }

    /// <summary>Channels of the volume that the samples of a pixel are.</summary>
    public int Channels => IsExpanded ? Samples + 2 : Samples;

    /// <summary>True if a segment must be decoded whole before any of its voxels is known.</summary>
    public bool IsDecoded => Compression != TiffCompression.None;

    /// <summary>True if decoded segments are rows of voxels of one channel, with nothing left to do.</summary>
    public bool IsPlain => Bits == DataType.Size() * 8 && SegmentSamples == 1 && !IsInverted && !IsExpanded;

    /// <summary>True if voxels can be read straight from the file, but for their byte order.</summary>
    public bool IsDirect => !IsDecoded && IsPlain && !IsBitReversed;

    /// <summary>True if the samples are a JPEG's luma and chroma, which its decoder turns into red, green and blue.</summary>
    internal bool IsJpegColor => Compression == TiffCompression.Jpeg && Photometric == 6 && !IsPlanar && Samples == 3;

    /// <summary>Samples a pixel in one segment.</summary>
    public int SegmentSamples => IsPlanar ? 1 : Samples;

    /// <summary>Channels that come with every segment.</summary>
    public int SegmentChannels => IsPlanar ? 1 : Channels;

    /// <summary>Bytes from a row of a segment, uncompressed, to the next.</summary>
    public long SegmentRowBytes => (SegmentWidth * SegmentSamples * Bits + 7) / 8;

    /// <summary>Bytes of a whole segment, uncompressed.</summary>
    public long SegmentBytes => SegmentRowBytes * SegmentHeight;

    /// <summary>Compression and segments, for people: <c>LZW, strips of 16 rows</c>.</summary>
    public string Describe()
    {
        string compression = IsDecoded ? TiffCompression.Name(Compression) : "uncompressed";
        string segments = IsTiled ? $"tiles of {SegmentWidth}×{SegmentHeight}" : SegmentsDown == 1 ? "one strip a page" : $"strips of {SegmentHeight} {(SegmentHeight == 1 ? "row" : "rows")}";
        return $"{compression}, {segments}{(IsPlanar && Samples > 1 ? ", each sample by itself" : "")}";
    }

    /// <summary>Segments side by side.</summary>
    public long SegmentsAcross => (Width - 1) / SegmentWidth + 1;

    /// <summary>Segments one above the other.</summary>
    public long SegmentsDown => (Height - 1) / SegmentHeight + 1;

    /// <summary>Segments of one sample, or of all where they are interleaved.</summary>
    public long SegmentsPerPlane => SegmentsAcross * SegmentsDown;

    /// <summary>Segments of the page.</summary>
    public long Segments => SegmentsPerPlane * Planes;

    /// <summary>Bytes the page's samples take uncompressed, without a tile's overhang.</summary>
    public long Bytes => PlaneRowBytes * Height * Planes;

    private int Planes => IsPlanar ? Samples : 1;

    private long PlaneRowBytes => (Width * SegmentSamples * Bits + 7) / 8;

    /// <summary>Rows of one segment: the last strip has only those that are left.</summary>
    public long Rows(long segment) =>
        IsTiled ? SegmentHeight : Math.Min(SegmentHeight, Height - segment % SegmentsPerPlane * SegmentHeight);

    /// <summary>Bytes of one segment, uncompressed.</summary>
    public long UncompressedBytes(long segment) => SegmentRowBytes * Rows(segment);

    /// <summary>Where an uncompressed segment begins after the first one, if each follows the one before it.</summary>
    public long Start(long segment)
    {
        if (!IsPlanar || IsTiled) return segment * SegmentBytes;
        long plane = segment / SegmentsPerPlane;
        return plane * SegmentRowBytes * Height + (segment - plane * SegmentsPerPlane) * SegmentBytes;
    }
}
