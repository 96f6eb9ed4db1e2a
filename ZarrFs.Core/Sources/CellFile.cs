using System.Globalization;
using System.Text.RegularExpressions;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources;

/// <summary>A cell of a volpkg's <c>volume_grids</c>: <c>cell_yxz_YYY_XXX_ZZZ.tif</c>, numbers from 1 in the order y, x, z.</summary>
internal sealed partial class CellFile : SourceFile
{
    // A million cells of 500 voxels along an axis: far more than a shape can have.
    private const int MostCells = 1_000_000;

    private volatile Extent? _extent;
    private volatile IReadOnlyList<int>? _pages;

    private CellFile(SourceFile file, int iy, int ix, int iz)
        : base(file.Name, file.Size, file.Modified)
    {
        Place = (iz, iy, ix);
    }

    /// <summary>Place in the grid, from 0.</summary>
    public (int Z, int Y, int X) Place { get; }

    /// <summary>Voxels the cell really has, or null until its header was read.</summary>
    public Extent? Voxels
    {
        get => _extent;
        set => _extent = value;
    }

    /// <summary>The page of each plane where other pages, such as thumbnails, lie between them; null where planes are simply the pages.</summary>
    public IReadOnlyList<int>? Pages
    {
        get => _pages;
        set => _pages = value;
    }

    /// <inheritdoc/>
    public override SourceFile Successor(long size, DateTime modified) =>
        new CellFile(base.Successor(size, modified), Place.Y, Place.X, Place.Z) { Number = Number };

    /// <summary>True if a name is that of a cell.</summary>
    public static bool IsCell(string name) => Pattern().IsMatch(name);

    /// <summary>Gives a file its place by its name.</summary>
    /// <exception cref="SourceException">A number is 0 or too large.</exception>
    public static CellFile Create(string directory, SourceFile file)
    {
        Match match = Pattern().Match(file.Name);
        return new CellFile(file, Index("y"), Index("x"), Index("z"));

        int Index(string group)
        {
            bool whole = int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            if (whole && number is >= 1 and <= MostCells) return number - 1;
            throw new SourceException(
                Path.Combine(directory, file.Name), $"cell number {match.Groups[group].Value}: expected 1 to {MostCells}, in the order y, x, z");
        }
    }

    [GeneratedRegex("^cell_yxz_(?<y>[0-9]+)_(?<x>[0-9]+)_(?<z>[0-9]+)\\.tiff?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Pattern();

    /// <summary>Voxels along z, y, x.</summary>
    internal sealed record Extent(long Z, long Y, long X);
}
