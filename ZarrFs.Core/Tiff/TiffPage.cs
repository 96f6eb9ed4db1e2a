namespace ZarrFs.Core.Tiff;

/// <summary>A page whose samples can be read straight from the file: 40 bytes where its segments follow one another, as nearly all do.</summary>
public sealed class TiffPage
{
    private readonly long _first;
    private readonly long[]? _offsets;

    /// <param name="index">0-based place in the chain of directories.</param>
    /// <param name="layout">How the samples lie.</param>
    /// <param name="first">Offset of the first segment.</param>
    /// <param name="offsets">Offset of each segment, or null if each follows the one before it.</param>
    public TiffPage(int index, PageLayout layout, long first, long[]? offsets)
    {
        Index = index;
        Layout = layout;
        _first = first;
        _offsets = offsets;
    }

    /// <summary>0-based place in the chain of directories.</summary>
    public int Index { get; }

    /// <summary>How the samples lie.</summary>
    public PageLayout Layout { get; }

    /// <summary>True if the segments follow one another in the file, without a gap.</summary>
    public bool IsContiguous => _offsets is null;

    /// <summary>Where a segment begins in the file.</summary>
    public long Offset(long segment) => _offsets is null ? _first + segment * Layout.SegmentBytes : _offsets[segment];

    /// <summary>The plane <paramref name="bytes"/> further on in the file, laid out alike; for pages whose segments follow one another.</summary>
    public TiffPage Shifted(int index, long bytes) => new(index, Layout, checked(_first + bytes), offsets: null);
}
