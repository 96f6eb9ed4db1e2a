using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources;

/// <summary>The cells of a directory by their places, and what can be told about the grid without opening them all.</summary>
internal sealed class CellGrid
{
    /// <summary>Edge of a cell in every volpkg; only grids whose inner cells are smaller or larger say otherwise.</summary>
    public const int ConventionalSize = 500;

    // A few headers an axis: the outermost cells may be hundreds, and all of one extent unless one is broken.
    private const int MostProbes = 4;

    private readonly CellFile[] _cells;
    private readonly Dictionary<(int Z, int Y, int X), int> _byPlace;

    /// <exception cref="SourceException">Two files stand for one cell.</exception>
    public CellGrid(string directory, IEnumerable<SourceFile> files)
    {
        _cells = [.. files.Select(file => CellFile.Create(directory, file)).OrderBy(static cell => cell.Place)];
        _byPlace = new Dictionary<(int, int, int), int>(_cells.Length);
        for (int i = 0; i < _cells.Length; i++)
        {
            CellFile cell = _cells[i];
            cell.Number = i;
            if (!_byPlace.TryAdd(cell.Place, i))
                throw new SourceException(directory, $"{_cells[_byPlace[cell.Place]].Name} and {cell.Name} both stand for the same cell; expected one file a cell");
        }
    }

    /// <summary>All cells, z slowest.</summary>
    public IReadOnlyList<CellFile> Cells => _cells;

    public CellFile? Find(int z, int y, int x) => _byPlace.TryGetValue((z, y, x), out int number) ? Volatile.Read(ref _cells[number]) : null;

    /// <summary>Puts the cell as it is now in the place of what it was.</summary>
    public void Replace(CellFile cell) => Volatile.Write(ref _cells[cell.Number], cell);

    /// <summary>Edge of a cell along an axis, and where the last cell there ends.</summary>
    /// <param name="place">The cell's number along the axis.</param>
    /// <param name="extent">Opens a cell and gives its voxels along the axis; 0 if it is bad.</param>
    public (long Cell, long End) Measure(Func<CellFile, int> place, Func<CellFile, long> extent)
    {
        int last = Cells.Max(place);
        long lastExtent = Cells.Where(cell => place(cell) == last).Take(MostProbes).Max(extent);
        // Cells before the last are whole. Where there is none, a first cell is its own measure, any other an edge of the usual grid.
        long inner = Cells.Where(cell => place(cell) < last).Take(MostProbes).Select(extent).DefaultIfEmpty().Max();
        long size = inner > 0 ? inner : last == 0 ? lastExtent : Math.Max(ConventionalSize, lastExtent);
        return (size, last * size + (lastExtent > 0 ? Math.Min(size, lastExtent) : size));
    }
}
