using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>
/// A directory of cells, each a 3-D TIFF of usually 500³ voxels that stands where its name says; those that are missing are holes.
/// Opening it reads the headers of a few cells at the edges; the others are checked when first touched.
/// </summary>
internal sealed class CellSource : TiffSource
{
    private const int MostCandidates = 8;

    private readonly CellGrid _grid;
    private readonly CellFile.Extent _cell;

    /// <summary>Opens a directory.</summary>
    /// <exception cref="SourceException">Names contradict each other, or no cell is good.</exception>
    public CellSource(string directory, List<SourceFile> files, VolumeMetadata? metadata, SourceOptions options)
        : base(directory, directory, metadata, options)
    {
        _grid = new CellGrid(directory, files);
        // Until the edge is known no cell is checked against it; those looked at here are checked below.
        _cell = new CellFile.Extent(0, 0, 0);
        try
        {
            FirstGood(_grid.Cells, MostCandidates);
            (long cellZ, long endZ) = _grid.Measure(static cell => cell.Place.Z, cell => Probe(cell)?.Z ?? 0);
            (long cellY, long endY) = _grid.Measure(static cell => cell.Place.Y, cell => Probe(cell)?.Y ?? 0);
            (long cellX, long endX) = _grid.Measure(static cell => cell.Place.X, cell => Probe(cell)?.X ?? 0);
            Shape = new VolumeShape(metadata?.Slices ?? endZ, metadata?.Height ?? endY, metadata?.Width ?? endX);
            _cell = new CellFile.Extent(cellZ, cellY, cellX);
        }
        catch
        {
            Dispose();
            throw;
        }

        foreach (CellFile cell in _grid.Cells)
        {
            if (cell.Voxels is { } size && Mismatch(cell, PathOf(cell), size) is { } failure) cell.Failure = failure;
        }

        VoxelSize = metadata?.VoxelSize;
        AddHoles();
        Identify();
    }

    /// <inheritdoc/>
    public override string Kind => "cells";

    /// <inheritdoc/>
    public override string Origin => "cells by their names";

    protected override IReadOnlyList<SourceFile> Files => _grid.Cells;

    protected override bool AreNamed => true;

    protected override IReadOnlyList<SourceFile> Listed => DirectoryListing.Tiffs(Path);

    protected override void Replace(SourceFile file) => _grid.Replace((CellFile)file);

    protected override VoxelBox BoxOf(SourceFile file)
    {
        (int z, int y, int x) = ((CellFile)file).Place;
        return VoxelBox.All with
        {
            FirstZ = z * _cell.Z, EndZ = (z + 1) * _cell.Z,
            FirstY = y * _cell.Y, EndY = (y + 1) * _cell.Y,
            FirstX = x * _cell.X, EndX = (x + 1) * _cell.X,
        };
    }

    protected override bool ReadVoxels(in Region region, Span<byte> destination)
    {
        bool any = false;
        for (long z = region.Z / _cell.Z; z * _cell.Z < region.EndZ; z++)
        {
            for (long y = region.Y / _cell.Y; y * _cell.Y < region.EndY; y++)
            {
                for (long x = region.X / _cell.X; x * _cell.X < region.EndX; x++)
                {
                    CellFile.Extent origin = new(z * _cell.Z, y * _cell.Y, x * _cell.X);
                    any |= ReadCell(_grid.Find((int)z, (int)y, (int)x), origin, region, destination);
                }
            }
        }

        return any;
    }

    protected override void Check(SourceFile file, string path, TiffFile tiff)
    {
        PageLayout first = tiff.Page(0).Layout;
        if (first.Channels != 1) throw new UnsupportedException(path, $"has {first.Channels} channels; cells of one channel are supported");
        foreach (int page in tiff.Full)
        {
            if (tiff.Failure(page) is UnsupportedException unsupported) throw unsupported;
            if (tiff.Failure(page) is not null) continue;
            PageLayout layout = tiff.Page(page).Layout;
            if (layout.Width != first.Width || layout.Height != first.Height || layout.DataType != first.DataType || layout.Channels != first.Channels)
            {
                throw new SourceException(
                    path,
                    $"page {page} has {layout.Width} × {layout.Height} {layout.DataType.Name()} voxels, " +
                    $"expected {first.Width} × {first.Height} {first.DataType.Name()} like the first page");
            }
        }

        if (!HasLayout) Layout = first;
        if (first.DataType != Layout.DataType)
            throw new SourceException(path, $"has {first.DataType.Name()} voxels, expected {Layout.DataType.Name()} like the first cell");

        CellFile cell = (CellFile)file;
        CellFile.Extent size = new(tiff.Full.Count, first.Height, first.Width);
        if (_cell.X != 0 && Mismatch(cell, path, size) is { } failure) throw failure;
        if (tiff.Full[^1] != tiff.Full.Count - 1) cell.Pages = tiff.Full;
        cell.Voxels = size;
    }

    protected override bool Uses(SourceFile file, int page) => ((CellFile)file).Pages?.Contains(page) != false;

    protected override PlaneSpan Planes(SourceFile file, int? page)
    {
        CellFile cell = (CellFile)file;
        long depth = _cell.Z > 0 ? _cell.Z : CellGrid.ConventionalSize;
        long start = cell.Place.Z * depth;
        // The number of pages before this one that are planes: bad pages are rare, and told once.
        return page is { } at ? Along(start + (cell.Pages?.Count(other => other < at) ?? at), 1) : Along(start, Math.Max(1, Math.Min(depth, Shape.Z - start)));
    }

    private static PlaneSpan Along(long z, long depth) => new(null, null, z, depth);

    private CellFile.Extent? Probe(CellFile cell)
    {
        Touch(cell);
        return cell.Voxels;
    }

    /// <summary>Cells may be cut short only where the volume ends.</summary>
    private SourceException? Mismatch(CellFile cell, string path, CellFile.Extent size)
    {
        bool fits = Fits(cell.Place.Z, size.Z, _cell.Z, Shape.Z)
            && Fits(cell.Place.Y, size.Y, _cell.Y, Shape.Y)
            && Fits(cell.Place.X, size.X, _cell.X, Shape.X);
        if (fits) return null;
        return new SourceException(
            path,
            $"has {size.Z} × {size.Y} × {size.X} voxels (z y x), " +
            $"expected {_cell.Z} × {_cell.Y} × {_cell.X}, less only at the volume's end");

        static bool Fits(long place, long found, long cell, long end) => found == cell || (found < cell && (place + 1) * cell >= end);
    }

    private bool ReadCell(CellFile? cell, CellFile.Extent origin, in Region region, Span<byte> destination)
    {
        int size = DataType.Size();
        int rowStride = region.Width * size;
        Part wanted = Part.Of(region, origin, _cell);
        bool usable = cell is not null && (cell.Voxels is not null || IsUsable(cell));
        Part stored = usable ? Part.Of(region, origin, cell!.Voxels!) : default;
        bool any = false;
        for (long z = wanted.Z; z < wanted.EndZ; z++)
        {
            long at = ((z - region.Z) * region.Height + (wanted.Y - region.Y)) * rowStride + (wanted.X - region.X) * size;
            Span<byte> plane = destination[checked((int)at)..];
            // The part that the file lacks is fill.
            if (stored != wanted) Fill(plane, wanted.Width * size, wanted.Height, rowStride);
            if (z < stored.EndZ && stored.Height > 0 && stored.Width > 0)
            {
                int page = (int)(z - origin.Z);
                if (cell!.Pages is { } pages) page = pages[page];
                any |= ReadPlane(
                    cell, page, 0, wanted.Y - origin.Y, wanted.X - origin.X, stored.Height, stored.Width, plane, rowStride);
            }
        }

        return any;
    }

    private void AddHoles()
    {
        long cellsY = (Shape.Y - 1) / _cell.Y + 1;
        long cellsX = (Shape.X - 1) / _cell.X + 1;
        long cellsZ = (Shape.Z - 1) / _cell.Z + 1;
        // One entry for each column of cells and each gap in it; a column no cell of which is here is told together with its like.
        HashSet<(int Y, int X)> columns = [.. _grid.Cells.Select(static cell => (cell.Place.Y, cell.Place.X))];
        long present = columns.LongCount(column => column.Y < cellsY && column.X < cellsX);
        if (cellsY * cellsX > present)
            AddMissing(Along(0, Shape.Z), $"no cells in {cellsY * cellsX - present} of {cellsY * cellsX} columns of cells (y, x)");

        foreach (IGrouping<(int Y, int X), CellFile> column in _grid.Cells.GroupBy(static cell => (cell.Place.Y, cell.Place.X)))
        {
            if (column.Key.Y >= cellsY || column.Key.X >= cellsX) continue;
            long next = 0;
            foreach (long z in column.Select(static cell => (long)cell.Place.Z).Append(cellsZ))
            {
                if (z > next)
                {
                    long start = next * _cell.Z;
                    AddMissing(
                        Along(start, Math.Min(Shape.Z, z * _cell.Z) - start),
                        $"no cells {column.Key.Y + 1:000} {column.Key.X + 1:000} {next + 1:000} to {z:000} (y x z)");
                }

                next = z + 1;
            }
        }
    }

    /// <summary>The part of a region that lies in a box: of one cell's place, or of what its file has.</summary>
    private readonly record struct Part(long Z, long EndZ, long Y, int Height, long X, int Width)
    {
        public static Part Of(in Region region, CellFile.Extent origin, CellFile.Extent size)
        {
            long z = Math.Max(region.Z, origin.Z);
            long y = Math.Max(region.Y, origin.Y);
            long x = Math.Max(region.X, origin.X);
            return new Part(
                z, Math.Min(region.EndZ, origin.Z + size.Z),
                y, (int)Math.Max(0, Math.Min(region.EndY, origin.Y + size.Y) - y),
                x, (int)Math.Max(0, Math.Min(region.EndX, origin.X + size.X) - x));
        }
    }
}
