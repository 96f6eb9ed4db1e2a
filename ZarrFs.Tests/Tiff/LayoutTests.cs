using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Tiff;

/// <summary>Every layout, type and byte order gives the voxels that were written, whole and in boxes.</summary>
public sealed class LayoutTests
{
    private const int Pages = 3;
    private const int Height = 37;
    private const int Width = 53;

    public static TheoryData<string, bool, bool, bool> Layouts()
    {
        TheoryData<string, bool, bool, bool> data = [];
        foreach (string layout in (string[])["whole", "strip1", "strip5", "strip16", "strip100", "gap", "tile16x16", "tile32x16", "tile64x64", "tilegap"])
        {
            foreach (bool bigEndian in (bool[])[false, true])
            {
                foreach (bool bigTiff in (bool[])[false, true])
                {
                    foreach (bool directoryFirst in (bool[])[false, true]) data.Add(layout, bigEndian, bigTiff, directoryFirst);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void EveryLayoutGivesItsVoxels(string layout, bool bigEndian, bool bigTiff, bool directoryFirst)
    {
        byte[] samples = Samples.Make(Pages * Height * Width * 2);
        byte[] file = Writer(layout, bigEndian, bigTiff, directoryFirst).Write(Pages, Height, Width, DataType.UInt16, samples);
        using TemporaryDirectory directory = new();
        using ISource source = SourceOpener.Open(directory.File("stack.tif", file), new SourceOptions());
        Assert.Equal(new VolumeShape(Pages, Height, Width), source.Shape);
        Assert.Equal(DataType.UInt16, source.DataType);
        Assert.Equal(samples, Samples.ReadAll(source));
        Random random = new(7);
        for (int i = 0; i < 60; i++)
        {
            Region region = Box(random);
            Assert.Equal(Samples.Cut(samples, (Pages, Height, Width), region, 2), Samples.Read(source, region));
        }
    }

    [Theory]
    [CombinatorialTypes]
    public void EveryTypeGivesItsVoxels(DataType type, bool bigEndian)
    {
        byte[] samples = Samples.Make(Pages * Height * Width * type.Size());
        byte[] file = Writer("strip5", bigEndian, false, false).Write(Pages, Height, Width, type, samples);
        using TemporaryDirectory directory = new();
        using ISource source = SourceOpener.Open(directory.File("stack.tif", file), new SourceOptions());
        Assert.Equal(type, source.DataType);
        Assert.Equal(samples, Samples.ReadAll(source));
        Region box = new(1, 3, 5, 2, 20, 11);
        Assert.Equal(Samples.Cut(samples, (Pages, Height, Width), box, type.Size()), Samples.Read(source, box));
    }

    [Fact]
    public void RowsWiderThanTheScratchAreReadOneByOne()
    {
        const int wide = 400_000;
        byte[] samples = Samples.Make(4 * wide * 2);
        using TemporaryDirectory directory = new();
        string path = directory.File("wide.tif", new TiffWriter { BigEndian = true }.Write(1, 4, wide, DataType.UInt16, samples));
        using ISource source = SourceOpener.Open(path, new SourceOptions());
        foreach (Region box in (Region[])[new(0, 1, 17, 1, 3, 100), new(0, 0, 1, 1, 4, wide - 1), new(0, 0, 1, 1, 4, wide - 5000)])
            Assert.Equal(Samples.Cut(samples, (1, 4, wide), box, 2), Samples.Read(source, box));
    }

    [Fact]
    public void TheNaturalUnitIsARowOfStripsAndATile()
    {
        byte[] samples = Samples.Make(Height * Width * 2);
        using TemporaryDirectory directory = new();
        string strips = directory.File("strips.tif", Writer("strip5", false, false, false).Write(1, Height, Width, DataType.UInt16, samples));
        string tiles = directory.File("tiles.tif", Writer("tile32x16", false, false, false).Write(1, Height, Width, DataType.UInt16, samples));
        using ISource first = SourceOpener.Open(strips, new SourceOptions());
        using ISource second = SourceOpener.Open(tiles, new SourceOptions());
        Assert.Equal(new ReadUnit(1, 1, Width), first.Unit);
        Assert.Equal(new ReadUnit(1, 16, 32), second.Unit);
    }

    private static TiffWriter Writer(string layout, bool bigEndian, bool bigTiff, bool directoryFirst) => new()
    {
        BigEndian = bigEndian,
        BigTiff = bigTiff,
        DirectoryFirst = directoryFirst,
        RowsPerStrip = layout switch { "strip1" => 1, "strip5" => 5, "strip16" => 16, "strip100" => 100, "gap" => 7, _ => null },
        Gap = layout is "gap" or "tilegap" ? 6 : 0,
        Tile = layout switch { "tile16x16" => (16, 16), "tile32x16" or "tilegap" => (32, 16), "tile64x64" => (64, 64), _ => null },
    };

    private static Region Box(Random random)
    {
        int z = random.Next(Pages), y = random.Next(Height), x = random.Next(Width);
        return new Region(z, y, x, random.Next(1, Pages - z + 1), random.Next(1, Height - y + 1), random.Next(1, Width - x + 1));
    }

    /// <summary>All data types in both byte orders.</summary>
    private sealed class CombinatorialTypesAttribute : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
            Enum.GetValues<DataType>().SelectMany(type => (object[][])[[type, false], [type, true]]);
    }
}
