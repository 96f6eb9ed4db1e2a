using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Fuzz;

namespace ZarrFs.Tests.Sources;

/// <summary>Grids of cells: each where its name says, holes, cut and padded edges, clipping by <c>meta.json</c>.</summary>
public sealed class CellSourceTests : IDisposable
{
    private const int Cell = 8;
    private const int Depth = 19;
    private const int Height = 21;
    private const int Width = 13;

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _volume = Samples.Make(Depth * Height * Width * 2);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CellsMakeUpTheVolume(bool padded)
    {
        WriteCells(padded);
        if (padded) _directory.File("meta.json", $$"""{"width":{{Width}},"height":{{Height}},"slices":{{Depth}},"voxelsize":3.24}""");
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        Assert.Equal("cells", source.Kind);
        Assert.Equal(new VolumeShape(Depth, Height, Width), source.Shape);
        Assert.Equal(new ReadUnit(1, 1, Cell), source.Unit);
        Assert.Equal(padded ? VoxelSize.Micrometers(3.24) : null, source.VoxelSize);
        Assert.Equal(_volume, Samples.ReadAll(source));
        Random random = new(3);
        for (int i = 0; i < 100; i++)
        {
            int z = random.Next(Depth), y = random.Next(Height), x = random.Next(Width);
            Region region = new(z, y, x, random.Next(1, Depth - z + 1), random.Next(1, Height - y + 1), random.Next(1, Width - x + 1));
            Assert.Equal(Samples.Cut(_volume, (Depth, Height, Width), region, 2), Samples.Read(source, region));
        }

        source.CheckAll(null, CancellationToken.None);
        Assert.Empty(source.Problems);
    }

    [Fact]
    public void MissingCellsAreHoles()
    {
        WriteCells(padded: false);
        File.Delete(Path.Combine(_directory.Path, Name(1, 0, 1)));
        File.Delete(Path.Combine(_directory.Path, Name(0, 2, 0)));
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        byte[] expected = [.. _volume];
        Clear(expected, 1, 0, 1);
        Clear(expected, 0, 2, 0);
        Assert.Equal(expected, Samples.ReadAll(source));
        Assert.False(source.Read(new Region(Cell, 0, Cell, Cell, Cell, Width - Cell), new byte[Cell * Cell * Cell * 2]));
        Assert.Equal([(0L, (long)Cell), (Cell, Cell)], source.Problems.Select(problem => (problem.Z, problem.Depth)).Order());
        Assert.All(source.Problems, problem => Assert.Equal(SourceProblemKind.Missing, problem.Kind));
    }

    [Fact]
    public void ASubsetStandsInItsPlace()
    {
        WriteCell(1, 1, 0, padded: false);
        _directory.File("meta.json", $$"""{"width":1200,"height":1100,"slices":1700}""");
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
        Assert.Equal(new VolumeShape(1700, 1100, 1200), source.Shape);
        // The only cell is smaller than the usual 500 and not at the volume's end: it cannot be told where its voxels belong.
        source.CheckAll(null, CancellationToken.None);
        Assert.Contains(source.Problems, problem => problem.Kind == SourceProblemKind.Bad && problem.Z == 500);
    }

    [Fact]
    public void MetadataClipsAndExtends()
    {
        WriteCells(padded: true);
        _directory.File("meta.json", """{"width":10,"height":40,"slices":5}""");
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        Assert.Equal(new VolumeShape(5, 40, 10), source.Shape);
        Assert.Equal(Samples.Cut(_volume, (Depth, Height, Width), new Region(0, 0, 0, 5, 40, 10), 2), Samples.ReadAll(source));
    }

    [Theory]
    [InlineData("short", "has 5 × 8 × 8 voxels")]
    [InlineData("wide", "has 8 × 8 × 9 voxels")]
    [InlineData("empty", "the file is empty")]
    [InlineData("type", "has uint8 voxels, expected uint16")]
    public void ABadInnerCellIsFilledOrFails(string kind, string expected)
    {
        WriteCells(padded: false);
        byte[] samples = Samples.Make(Cell * Cell * (Cell + 1) * 2);
        byte[] bad = kind switch
        {
            "short" => new TiffWriter().Write(5, Cell, Cell, DataType.UInt16, samples),
            "wide" => new TiffWriter().Write(Cell, Cell, Cell + 1, DataType.UInt16, samples),
            "type" => new TiffWriter().Write(Cell, Cell, Cell, DataType.UInt8, samples),
            _ => [],
        };
        string path = _directory.File(Name(1, 1, 0), bad);
        byte[] filled = [.. _volume];
        Clear(filled, 1, 1, 0);
        using ISource filling = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        Assert.Equal(filled, Samples.ReadAll(filling));
        SourceProblem problem = Assert.Single(filling.Problems);
        Assert.Equal((Cell, Cell, path), (problem.Z, problem.Depth, problem.Path));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        using ISource failing = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        SourceException error = Assert.ThrowsAny<SourceException>(() => Samples.ReadAll(failing));
        Assert.Equal(path, error.Path);
    }

    [Fact]
    public void NamesThatContradictEachOtherAreErrors()
    {
        WriteCell(0, 0, 0, padded: false);
        File.Copy(Path.Combine(_directory.Path, Name(0, 0, 0)), Path.Combine(_directory.Path, "cell_yxz_1_1_1.TIF"));
        SourceException twice = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, new SourceOptions()));
        Assert.Contains("cell_yxz_1_1_1.TIF", twice.Detail, StringComparison.Ordinal);
        Assert.Contains(Name(0, 0, 0), twice.Detail, StringComparison.Ordinal);

        File.Move(Path.Combine(_directory.Path, "cell_yxz_1_1_1.TIF"), Path.Combine(_directory.Path, "00001.tif"));
        SourceException mixed = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, new SourceOptions()));
        Assert.Contains("00001.tif", mixed.Detail, StringComparison.Ordinal);

        File.Move(Path.Combine(_directory.Path, "00001.tif"), Path.Combine(_directory.Path, "cell_yxz_000_001_001.tif"));
        SourceException zero = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, new SourceOptions()));
        Assert.Contains("cell number 000", zero.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void CellsOfSeveralChannelsAreRefusedRatherThanShownInPart()
    {
        byte[] samples = new byte[4 * 4 * 3];
        SketchedPage page = SketchedPage.Grey(4, 4, 8).Tag(277, 3, 3).Tag(258, 3, 8, 8, 8).Tag(262, 3, 2).Store(samples);
        _directory.File(Name(0, 0, 0), new SketchedTiff(page).ToArray());
        UnsupportedException refused = Assert.Throws<UnsupportedException>(() => SourceOpener.Open(_directory.Path, new SourceOptions()));
        Assert.Contains("3 channels", refused.Detail, StringComparison.Ordinal);
    }

    private static string Name(int z, int y, int x) => $"cell_yxz_{y + 1:000}_{x + 1:000}_{z + 1:000}.tif";

    private void WriteCells(bool padded)
    {
        for (int z = 0; z * Cell < Depth; z++)
        {
            for (int y = 0; y * Cell < Height; y++)
            {
                for (int x = 0; x * Cell < Width; x++) WriteCell(z, y, x, padded);
            }
        }
    }

    private void WriteCell(int z, int y, int x, bool padded)
    {
        (int depth, int height, int width) = padded
            ? (Cell, Cell, Cell)
            : (Math.Min(Cell, Depth - z * Cell), Math.Min(Cell, Height - y * Cell), Math.Min(Cell, Width - x * Cell));
        byte[] voxels = Samples.Cut(_volume, (Depth, Height, Width), new Region(z * Cell, y * Cell, x * Cell, depth, height, width), 2);
        _directory.File(Name(z, y, x), new TiffWriter { DirectoryFirst = x == 0 }.Write(depth, height, width, DataType.UInt16, voxels));
    }

    private static void Clear(byte[] volume, int cellZ, int cellY, int cellX)
    {
        for (int z = cellZ * Cell; z < Math.Min(Depth, (cellZ + 1) * Cell); z++)
        {
            for (int y = cellY * Cell; y < Math.Min(Height, (cellY + 1) * Cell); y++)
            {
                int start = (z * Height + y) * Width;
                volume.AsSpan((start + cellX * Cell) * 2, (Math.Min(Width, (cellX + 1) * Cell) - cellX * Cell) * 2).Clear();
            }
        }
    }
}
