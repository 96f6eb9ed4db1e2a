namespace ZarrFs.Core.Tiff;

/// <summary>A part of a box that lies in one segment, or in uncompressed strips that follow one another in the file.</summary>
/// <param name="Segment">Number of the (first) segment.</param>
/// <param name="Offset">Where it begins in the file; 0 if it is not there.</param>
/// <param name="Row">Rows of it that are left out before the first wanted one.</param>
/// <param name="Column">Columns of it that are left out.</param>
/// <param name="Rows">Rows wanted.</param>
/// <param name="Width">Columns wanted.</param>
/// <param name="Top">Row of the box where they go.</param>
/// <param name="Left">Column of the box where they go.</param>
internal readonly record struct Piece(long Segment, long Offset, long Row, long Column, int Rows, int Width, int Top, int Left);

/// <summary>Cuts a box of a page into pieces, row of segments by row of segments.</summary>
internal struct PieceWalk
{
    private readonly TiffPage _page;
    private readonly PageLayout _layout;
    private readonly long _first;
    private readonly long _y;
    private readonly long _x;
    private readonly long _endY;
    private readonly long _endX;
    private long _top;
    private long _bottom;
    private long _left;

    /// <param name="page">The page.</param>
    /// <param name="plane">Which plane of segments: the sample where each has its own, else 0.</param>
    /// <param name="y">First row.</param>
    /// <param name="x">First column.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public PieceWalk(TiffPage page, int plane, long y, long x, int height, int width)
    {
        _page = page;
        _layout = page.Layout;
        _first = plane * _layout.SegmentsPerPlane;
        _top = _y = y;
        _left = _x = x;
        _endY = y + height;
        _endX = x + width;
    }

    public bool MoveNext(out Piece piece)
    {
        if (_left == _endX)
        {
            _top = _bottom;
            _left = _x;
        }

        if (_top == _endY)
        {
            piece = default;
            return false;
        }

        long row = _top / _layout.SegmentHeight;
        long column = _left / _layout.SegmentWidth;
        long segment = _first + row * _layout.SegmentsAcross + column;
        long offset = _page.Offset(segment);
        if (_left == _x) _bottom = Bottom(row, offset);
        long right = Math.Min(_endX, (column + 1) * _layout.SegmentWidth);
        piece = new Piece(
            segment, offset, _top - row * _layout.SegmentHeight, _left - column * _layout.SegmentWidth,
            (int)(_bottom - _top), (int)(right - _left), (int)(_top - _y), (int)(_left - _x));
        _left = right;
        return true;
    }

    private readonly long Bottom(long row, long offset)
    {
        long height = _layout.SegmentHeight;
        long bottom = Math.Min(_endY, (row + 1) * height);
        if (_layout.IsTiled || _layout.IsDecoded || offset == 0) return bottom;

        // Strips that follow one another are one strip: 1500 one-row strips are one read.
        long start = offset - row * _layout.SegmentBytes;
        while (bottom < _endY && _page.Offset(_first + bottom / height) == start + bottom * _layout.SegmentRowBytes)
            bottom = _page.IsContiguous ? _endY : Math.Min(_endY, bottom + height);
        return bottom;
    }
}
