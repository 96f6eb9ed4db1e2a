using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// How the samples of a page are cut into segments: tiles, or strips, which are tiles as wide as the page. Equal for all pages of most
/// stacks, so one instance serves them all.
/// </summary>
/// <param name="Width">Voxels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="DataType">Type of a sample.</param>
/// <param name="IsBigEndian">Byte order of the samples.</param>
/// <param name="IsTiled">Tiles, whose edge ones are stored at full size; otherwise strips, whose last one is stored short.</param>
/// <param name="SegmentWidth">Voxels a row of a segment.</param>
/// <param name="SegmentHeight">Rows of a segment.</param>
/// <param name="Compression">Value of the Compression tag.</param>
public sealed record PageLayout(
    long Width, long Height, DataType DataType, bool IsBigEndian, bool IsTiled, long SegmentWidth, long SegmentHeight, long Compression)
{
    /// <summary>Channels of the volume that the samples of a pixel are.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Bytes from a row of a segment to the next.</summary>
    public long SegmentRowBytes => SegmentWidth * DataType.Size();

    /// <summary>Bytes of a whole segment.</summary>
    public long SegmentBytes => SegmentRowBytes * SegmentHeight;

    /// <summary>Segments side by side.</summary>
    public long SegmentsAcross => (Width - 1) / SegmentWidth + 1;

    /// <summary>Segments one above the other.</summary>
    public long SegmentsDown => (Height - 1) / SegmentHeight + 1;

    /// <summary>Bytes the page's samples take, without a tile's overhang.</summary>
    public long Bytes => Width * Height * DataType.Size();

    /// <summary>Bytes of one segment in the file: the last strip has only the rows that are left.</summary>
    public long StoredBytes(long segment) =>
        IsTiled ? SegmentBytes : SegmentRowBytes * Math.Min(SegmentHeight, Height - segment * SegmentHeight);
}
