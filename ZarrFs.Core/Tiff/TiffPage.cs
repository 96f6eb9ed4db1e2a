namespace ZarrFs.Core.Tiff;

/// <summary>A page and where its segments are: 48 bytes where they need no table, as most do.</summary>
public sealed class TiffPage
{
    private readonly long _first;
    private readonly int _firstBytes;
    private readonly long[]? _offsets;
    private readonly int[]? _bytes;

    /// <summary>A page without compression.</summary>
    /// <param name="index">0-based place in the chain of directories.</param>
    /// <param name="layout">How the samples lie.</param>
    /// <param name="first">Offset of the first segment.</param>
    /// <param name="offsets">Offset of each segment, 0 for one that is not there, or null if each follows the one before it.</param>
    public TiffPage(int index, PageLayout layout, long first, long[]? offsets)
    {
        Index = index;
        Layout = layout;
        _first = first;
        _offsets = offsets;
    }

    /// <summary>A compressed page of one segment.</summary>
    internal TiffPage(int index, PageLayout layout, long offset, int bytes)
    {
        Index = index;
        Layout = layout;
        _first = offset;
        _firstBytes = bytes;
    }

    /// <summary>A compressed page of several segments.</summary>
    internal TiffPage(int index, PageLayout layout, long[] offsets, int[] bytes)
    {
        Index = index;
        Layout = layout;
        _first = offsets[0];
        _offsets = offsets;
        _bytes = bytes;
    }

    /// <summary>0-based place in the chain of directories.</summary>
    public int Index { get; }

    /// <summary>How the samples lie.</summary>
    public PageLayout Layout { get; }

    /// <summary>True if the segments are uncompressed and follow one another in the file, without a gap.</summary>
    public bool IsContiguous => _offsets is null && !Layout.IsDecoded;

    /// <summary>True if the page keeps no table of its segments: small enough to be remembered.</summary>
    public bool IsCompact => _offsets is null;

    /// <summary>Where a segment begins in the file; 0 if it is not there, and its samples are fill (GDAL's sparse files).</summary>
    public long Offset(long segment) => _offsets is not null ? _offsets[segment] : Layout.IsDecoded ? _first : _first + Layout.Start(segment);

    /// <summary>Bytes of a segment in the file.</summary>
    public long StoredBytes(long segment) =>
        !Layout.IsDecoded ? Layout.UncompressedBytes(segment) : _bytes is null ? _firstBytes : _bytes[segment];

    /// <summary>The plane <paramref name="bytes"/> further on in the file, laid out alike; for pages whose segments follow one another.</summary>
    public TiffPage Shifted(int index, long bytes) => new(index, Layout, checked(_first + bytes), offsets: null);
}
