using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Catalog;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources;

/// <summary>Several images behind one path: each a source of its own; and files that belong together though they are several.</summary>
public sealed class OpenAllTests : IDisposable
{
    private const int Plane = 3 * 4;
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail };

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _samples = Samples.Make(5 * Plane);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void EachImageIsASource()
    {
        string path = TwoImages("two.ome.tif");
        IReadOnlyList<ISource> images = SourceOpener.OpenAll(path, Failing);
        Assert.Equal(["first", "second/image"], images.Select(static image => image.Name));
        Assert.Equal([3L, 2L], images.Select(static image => image.Shape.Z));
        Assert.Equal(_samples[..(3 * Plane)], Samples.ReadEverything(images[0]));
        // One that is closed takes nothing from the others.
        images[0].Dispose();
        Assert.Equal(_samples[(3 * Plane)..], Samples.ReadEverything(images[1]));
        Assert.NotEqual(images[0].Fingerprint, images[1].Fingerprint);
        Assert.Equal(["two-first", "two-second_image"], VolumeNames.Of(null, images));
        Assert.Equal(["x-first", "x-second_image"], VolumeNames.Of("x", images));
        images[1].Dispose();
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData(0, 3)]
    [InlineData(1, 2)]
    public void OneOfThemCanBePicked(int? series, long depth)
    {
        string path = TwoImages("two.ome.tif");
        using ISource source = SourceOpener.Open(path, Failing with { Series = series });
        Assert.Equal(depth, source.Shape.Z);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public void OneThatIsNotThereNamesThoseThatAre(int series)
    {
        string path = TwoImages("two.ome.tif");
        OptionException error = Assert.Throws<OptionException>(() => SourceOpener.OpenAll(path, Failing with { Series = series }));
        Assert.Equal("--series", error.Option);
        Assert.Contains($"found {series}, expected one of the images in {path}: 0 (first), 1 (second/image)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryOfSlicesIsOneImage()
    {
        using NamedSlices slices = new(["0", "1"]);
        using (ISource source = SourceOpener.Open(slices.Path, Failing with { Series = 0 })) Assert.Equal("slices", source.Kind);
        OptionException error = Assert.Throws<OptionException>(() => SourceOpener.Open(slices.Path, Failing with { Series = 1 }));
        Assert.Equal("--series", error.Option);
    }

    [Fact]
    public void OpeningKeepsNoFileThatIsNotNeeded()
    {
        if (!OperatingSystem.IsLinux()) return;
        string path = TwoImages("two.ome.tif");
        IReadOnlyList<ISource> images = SourceOpener.OpenAll(path, Failing);
        Assert.Equal(2, OpenHandles());
        foreach (ISource image in images) image.Dispose();
        Assert.Equal(0, OpenHandles());

        using NamedSlices slices = new([.. Enumerable.Range(0, 40).Select(static i => $"a_c{i / 20}_t{i % 20}")], pages: 3);
        using ISource source = SourceOpener.Open(slices.Path, Failing with { OpenFiles = 4 });
        Assert.Equal(1, OpenHandles(slices.Path));
        _ = Samples.ReadEverything(source);
        Assert.InRange(OpenHandles(slices.Path), 1, 4);
    }

    [Fact]
    public void ACompanionOrTheDirectoryIsTheSet()
    {
        string companion = Set("set", files: 3);
        byte[] expected = _samples[..(3 * Plane)];
        foreach (string path in (string[])[companion, _directory.Path, Path.Combine(_directory.Path, "set_b.ome.tif")])
        {
            ISource source = Assert.Single(SourceOpener.OpenAll(path, Failing));
            Assert.Equal(("files", new VolumeShape(1, 3, 1, 3, 4)), (source.Kind, source.Shape));
            Assert.Equal(expected, Samples.ReadEverything(source));
            Assert.Empty(source.Others);
            source.Dispose();
        }

        Assert.Equal(["set"], VolumeNames.Of(null, [SourceOpener.Open(companion, Failing)]));
        // What does not belong to it is told; another set is not passed over.
        _directory.File("preview.tif", File.ReadAllBytes(Path.Combine(_directory.Path, "set_a.ome.tif")));
        using (ISource source = SourceOpener.Open(_directory.Path, Failing)) Assert.Equal("preview.tif: not in the set of OME-TIFF files", Assert.Single(source.Others));
        Set("other", files: 1);
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, Failing));
        Assert.Contains("other.companion.ome and set.companion.ome", error.Detail, StringComparison.Ordinal);
        File.Delete(Path.Combine(_directory.Path, "other.companion.ome"));
        error = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, Failing));
        Assert.Contains("other_a.ome.tif does not", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileOfASetIsAHole()
    {
        string companion = Set("set", files: 3);
        File.Delete(Path.Combine(_directory.Path, "set_b.ome.tif"));
        using ISource source = SourceOpener.Open(companion, Failing);
        Assert.Equal((byte[])[.. _samples[..Plane], .. new byte[Plane], .. _samples[(2 * Plane)..(3 * Plane)]], Samples.ReadEverything(source));
        Assert.Equal(SourceProblemKind.Missing, Assert.Single(source.Problems).Kind);
        Assert.Contains("set_b.ome.tif", Assert.Single(source.Others), StringComparison.Ordinal);
    }

    [Fact]
    public void HyperstacksWithATimeInTheirNamesAreOneVolume()
    {
        TiffWriter writer = new() { Description = "ImageJ=1.53t\nimages=4\nchannels=2\nslices=2\nhyperstack=true\n" };
        byte[] first = Samples.Make(4 * Plane, 1), second = Samples.Make(4 * Plane, 2);
        _directory.File("a_t0.tif", writer.Write(4, 3, 4, DataType.UInt8, first));
        _directory.File("a_t1.tif", writer.Write(4, 3, 4, DataType.UInt8, second));
        using (ISource source = SourceOpener.Open(_directory.Path, Failing))
        {
            Assert.Equal(new VolumeShape(2, 2, 2, 3, 4), source.Shape);
            // ImageJ writes c before z.
            int[] order = [0, 2, 1, 3];
            byte[] expected = [.. ((byte[][])[first, second]).SelectMany(file => order.SelectMany(page => file.AsSpan(page * Plane, Plane).ToArray()))];
            Assert.Equal(expected, Samples.ReadEverything(source));
        }

        // Two channels of pages, and c in the name: all of them.
        File.Move(Path.Combine(_directory.Path, "a_t0.tif"), Path.Combine(_directory.Path, "a_c0.tif"));
        File.Move(Path.Combine(_directory.Path, "a_t1.tif"), Path.Combine(_directory.Path, "a_c1.tif"));
        using (ISource source = SourceOpener.Open(_directory.Path, Failing)) Assert.Equal(new VolumeShape(1, 4, 2, 3, 4), source.Shape);
    }

    [Fact]
    public void TimeInTheNameAndInThePagesIsAContradiction()
    {
        TiffWriter writer = new() { Description = "ImageJ=1.53t\nimages=2\nframes=2\nhyperstack=true\n" };
        for (int t = 0; t < 2; t++) _directory.File($"a_t{t}.tif", writer.Write(2, 3, 4, DataType.UInt8, Samples.Make(2 * Plane)));
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, Failing));
        Assert.Contains("holds 2 time points by its description and stands for one by its name", error.Detail, StringComparison.Ordinal);
    }

    private static int OpenHandles(string below) => new DirectoryInfo("/proc/self/fd").EnumerateFiles()
        .Count(handle => handle.LinkTarget?.StartsWith(below, StringComparison.Ordinal) == true);

    private int OpenHandles() => OpenHandles(_directory.Path);

    private string TwoImages(string name)
    {
        string description = Ome(
            Image("first", 1, 3, """<TiffData IFD="0" PlaneCount="3"/>""") + Image("second/image", 1, 2, """<TiffData IFD="3" PlaneCount="2"/>"""));
        return _directory.File(name, new TiffWriter { Description = description }.Write(5, 3, 4, DataType.UInt8, _samples));
    }

    /// <summary>Files of one plane each, a channel apart, and the companion that says so.</summary>
    private string Set(string name, int files)
    {
        string data = "";
        for (int i = 0; i < files; i++)
        {
            string file = $"{name}_{(char)('a' + i)}.ome.tif";
            string uuid = $"urn:uuid:00000000-0000-0000-0000-{name.Length:x6}{i:x6}";
            string description = $"""
                <?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="{uuid}"><BinaryOnly MetadataFile="{name}.companion.ome" UUID="urn:uuid:{name}"/></OME>
                """;
            _directory.File(file, new TiffWriter { Description = description }.Write(1, 3, 4, DataType.UInt8, _samples.AsSpan(i * Plane, Plane)));
            data += $"""<TiffData FirstC="{i}" IFD="0" PlaneCount="1"><UUID FileName="{file}">{uuid}</UUID></TiffData>""";
        }

        return _directory.File($"{name}.companion.ome", Ome(Image(name, files, 1, data)));
    }

    private static string Image(string name, int channels, int depth, string data) =>
        $"""
        <Image ID="Image:{name.Length}" Name="{name}"><Pixels ID="Pixels:{name.Length}" DimensionOrder="XYZCT" Type="uint8" SizeX="4" SizeY="3" SizeZ="{depth}" SizeC="{channels}" SizeT="1">{data}</Pixels></Image>
        """;

    private static string Ome(string images) =>
        $"""<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">{images}</OME>""";
}
