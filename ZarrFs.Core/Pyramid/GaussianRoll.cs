namespace ZarrFs.Core.Pyramid;

/// <summary>
/// Makes rows of one plane of the next level, in order, for some of its columns. Sums along z of the last rows of the level stay in a small
/// scratch, so that each is made once.
/// </summary>
internal sealed unsafe class GaussianRoll
{
    private const int Kept = 8; // at least the six that are combined; a power of two
    private const int SumsToAlign = 16;

    private readonly GaussianKernel _kernel;
    private readonly long _height;
    private readonly long _width;
    private readonly long _before;
    private readonly int _columns;
    private readonly int _stride;
    private readonly byte* _scratch;

    /// <param name="kernel">The arithmetic.</param>
    /// <param name="height">Rows of the level.</param>
    /// <param name="width">Columns of the level.</param>
    /// <param name="x">First column of the next level to be made.</param>
    /// <param name="columns">How many of them.</param>
    /// <param name="scratch">As long as <see cref="ScratchBytes"/> says.</param>
    public GaussianRoll(GaussianKernel kernel, long height, long width, long x, int columns, byte* scratch)
    {
        _kernel = kernel;
        _height = height;
        _width = width;
        _before = (2 * x) - GaussianTaps.Reach;
        _columns = columns;
        _scratch = scratch;
        _stride = Stride(kernel, columns);
        FirstColumn = GaussianTaps.First(x);
        Columns = (int)(GaussianTaps.End(x + columns, width) - FirstColumn);
    }

    /// <summary>First column of the level that is needed.</summary>
    public long FirstColumn { get; }

    /// <summary>Columns of the level that are needed.</summary>
    public int Columns { get; }

    /// <summary>The first row of the level that has not been combined along z yet.</summary>
    public long NextRow { get; set; }

    /// <summary>Bytes of scratch that making so many columns takes; at most 2³¹ for what a chunk can hold.</summary>
    public static long ScratchBytes(GaussianKernel kernel, int columns) => (Kept + 2L) * Stride(kernel, columns);

    /// <summary>The sums along z of one of the last rows of the level: <see cref="Columns"/> of them.</summary>
    public byte* Sums(long row) => _scratch + (((row & (Kept - 1)) * (long)_stride) + ((FirstColumn - _before) * _kernel.SumBytes));

    /// <summary>Makes the rows from <paramref name="first"/> to before <paramref name="end"/> of the next level.</summary>
    public void Run(long first, long end, IGaussianPlane plane)
    {
        byte* line = _scratch + ((long)Kept * _stride), result = line + _stride;
        for (long y = first; y < end; y++)
        {
            for (long last = GaussianTaps.End(y + 1, _height); NextRow < last; NextRow++) plane.Combine(NextRow, Sums(NextRow));
            long top = (2 * y) - GaussianTaps.Reach;
            var six = new Six(Folded(top), Folded(top + 1), Folded(top + 2), Folded(top + 3), Folded(top + 4), Folded(top + 5));
            _kernel.CombineRows(six, Columns, line + ((FirstColumn - _before) * _kernel.SumBytes));
            FillOutside(line);
            _kernel.CombineColumns(line, _columns, result);
            plane.Put(y, result);
        }
    }

    private static int Stride(GaussianKernel kernel, int columns) =>
        checked(((2 * columns) + GaussianTaps.Count + SumsToAlign) / SumsToAlign * SumsToAlign * kernel.SumBytes);

    private byte* Folded(long row) => Sums(GaussianTaps.Fold(row, _height));

    private void FillOutside(byte* line)
    {
        for (long x = _before; x < FirstColumn; x++) _kernel.CopySum(line, GaussianTaps.Fold(x, _width) - _before, x - _before);
        long end = _before + (2L * _columns) + (2 * GaussianTaps.Reach);
        for (long x = FirstColumn + Columns; x < end; x++) _kernel.CopySum(line, GaussianTaps.Fold(x, _width) - _before, x - _before);
    }
}
