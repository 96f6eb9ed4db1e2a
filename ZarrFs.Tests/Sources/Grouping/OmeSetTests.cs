using System.Text;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff.Descriptions;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources.Grouping;

/// <summary>OME-XML over made-up pages: what stands where, what is missing, and what nobody should write.</summary>
public sealed class OmeSetTests : IDisposable
{
    private const int PlaneBytes = 5 * 4;

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _samples = Samples.Make(6 * PlaneBytes);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void WithoutTiffDataPlanesAreInOrder()
    {
        // XYTZC: t fastest, then z, then c.
        string path = Write("a.ome.tif", 6, Ome(Image("XYTZC", c: 1, z: 3, t: 2, "")));
        using ISource source = Single(path);
        Assert.Equal(new VolumeShape(2, 1, 3, 5, 4), source.Shape);
        AssertPlane(source, page: 0, t: 0, c: 0, z: 0);
        AssertPlane(source, page: 1, t: 1, c: 0, z: 0);
        AssertPlane(source, page: 4, t: 0, c: 0, z: 2);
    }

    [Fact]
    public void AnEmptyTiffDataIsAllPages()
    {
        using ISource source = Single(Write("a.ome.tif", 6, Ome(Image("XYCZT", c: 2, z: 3, t: 1, "<TiffData/>"))));
        AssertPlane(source, page: 3, t: 0, c: 1, z: 1);
    }

    [Fact]
    public void TiffDataPutsDirectoriesWhereItSays()
    {
        const string Blocks = """
            <TiffData IFD="4" FirstZ="1" PlaneCount="2"/>
            <TiffData IFD="0" FirstZ="0"/>
            """;
        using ISource source = Single(Write("a.ome.tif", 6, Ome(Image("XYZCT", c: 1, z: 4, t: 1, Blocks))));
        Assert.Equal(4, source.Shape.Z);
        AssertPlane(source, page: 0, t: 0, c: 0, z: 0);
        AssertPlane(source, page: 4, t: 0, c: 0, z: 1);
        AssertPlane(source, page: 5, t: 0, c: 0, z: 2);
        Assert.Contains(source.Problems, static problem => problem is { Kind: SourceProblemKind.Missing, Z: 3, Depth: 1 });
        Assert.Contains("pages 1 to 3: 4 × 5 uint8", source.Others);
    }

    [Theory]
    [InlineData("urn:uuid:own", "another-name.ome.tif", "urn:uuid:own")]
    [InlineData(null, "a.ome.tif", "urn:uuid:whatever")]
    [InlineData(null, "before-it-was-renamed.ome.tif", "urn:uuid:whatever")]
    [InlineData("urn:uuid:own", null, "urn:uuid:own")]
    public void TheOpenedFileIsKnownByUuidOrName(string? own, string? fileName, string named)
    {
        string block = $"<TiffData IFD=\"0\" PlaneCount=\"6\"><UUID{(fileName is null ? "" : $" FileName=\"{fileName}\"")}>{named}</UUID></TiffData>";
        using ISource source = Single(Write("a.ome.tif", 6, Ome(Image("XYZCT", c: 1, z: 6, t: 1, block), own)));
        Assert.Equal(_samples, Samples.ReadAll(source));
        Assert.Empty(source.Problems);
        Assert.Empty(source.Others);
    }

    [Theory]
    [InlineData("set-0.ome.tif")]
    [InlineData("set-2.ome.tif")]
    public void ASetOfFilesIsOneImageWhicheverIsOpened(string opened)
    {
        StringBuilder blocks = new();
        for (int i = 0; i < 3; i++) blocks.Append($"<TiffData FirstC=\"{i}\" PlaneCount=\"2\"><UUID FileName=\"set-{i}.ome.tif\">urn:uuid:{i}</UUID></TiffData>");
        string image = Image("XYZCT", c: 3, z: 2, t: 1, blocks.ToString());
        for (int i = 0; i < 3; i++)
        {
            byte[] file = new TiffWriter { Description = Ome(image, $"urn:uuid:{i}") }
                .Write(2, 5, 4, DataType.UInt8, _samples.AsSpan(2 * i * PlaneBytes, 2 * PlaneBytes));
            _directory.File($"set-{i}.ome.tif", file);
        }

        using ISource source = Single(System.IO.Path.Combine(_directory.Path, opened));
        Assert.Equal(new VolumeShape(1, 3, 2, 5, 4), source.Shape);
        for (int page = 0; page < 6; page++) AssertPlane(source, page, t: 0, c: page / 2, z: page % 2);
        Assert.Empty(source.Problems);
    }

    [Fact]
    public void AMissingFileIsAHole()
    {
        const string Blocks = """
            <TiffData FirstZ="0" PlaneCount="2"><UUID FileName="a.ome.tif">urn:uuid:a</UUID></TiffData>
            <TiffData FirstZ="2" PlaneCount="2"><UUID FileName="gone.ome.tif">urn:uuid:gone</UUID></TiffData>
            """;
        using ISource source = Single(Write("a.ome.tif", 2, Ome(Image("XYZCT", c: 1, z: 4, t: 1, Blocks), "urn:uuid:a")));
        Assert.Equal(4, source.Shape.Z);
        SourceProblem hole = Assert.Single(source.Problems);
        Assert.Equal((SourceProblemKind.Missing, 2L, 2L), (hole.Kind, hole.Z, hole.Depth));
        Assert.Contains(source.Others, static other => other.EndsWith(": gone.ome.tif", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../outside.tif")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/outside.tif")]
    [InlineData("..\\outside.tif")]
    [InlineData("c:outside.tif")]
    public void FilesOutsideTheDirectoryAreNotOpened(string name)
    {
        byte[] other = new TiffWriter().Write(2, 5, 4, DataType.UInt8, _samples.AsSpan(0, 2 * PlaneBytes));
        Directory.CreateDirectory(System.IO.Path.Combine(_directory.Path, "set", "sub"));
        _directory.File("outside.tif", other);
        _directory.File("set/sub/outside.tif", other);
        string blocks = $"""
            <TiffData FirstZ="0" PlaneCount="2"><UUID FileName="a.ome.tif">urn:uuid:a</UUID></TiffData>
            <TiffData FirstZ="2" PlaneCount="2"><UUID FileName="{name}">urn:uuid:b</UUID></TiffData>
            """;
        using ISource source = Single(Write("set/a.ome.tif", 2, Ome(Image("XYZCT", c: 1, z: 4, t: 1, blocks), "urn:uuid:a")));
        Assert.Equal((2L, 2L), (Assert.Single(source.Problems).Z, source.Problems[0].Depth));
        Assert.Contains(source.Others, other => other.EndsWith($": {name}", StringComparison.Ordinal));
    }

    [Fact]
    public void ACompanionHasTheMetadata()
    {
        const string Pointer = """<?xml version="1.0"?><OME UUID="urn:uuid:a"><BinaryOnly MetadataFile="set.companion.ome" UUID="urn:uuid:c"/></OME>""";
        const string Blocks = """
            <TiffData FirstC="0" PlaneCount="2"><UUID FileName="a.ome.tif">urn:uuid:a</UUID></TiffData>
            <TiffData FirstC="1" PlaneCount="2"><UUID FileName="b.ome.tif">urn:uuid:b</UUID></TiffData>
            """;
        string xml = Ome(Image("XYZCT", c: 2, z: 2, t: 1, Blocks), "urn:uuid:c");
        _directory.File("a.ome.tif", new TiffWriter { Description = Pointer }.Write(2, 5, 4, DataType.UInt8, _samples.AsSpan(0, 2 * PlaneBytes)));
        string b = _directory.File(
            "b.ome.tif",
            new TiffWriter { Description = Pointer.Replace("uuid:a", "uuid:b", StringComparison.Ordinal) }
                .Write(2, 5, 4, DataType.UInt8, _samples.AsSpan(2 * PlaneBytes, 2 * PlaneBytes)));
        using (ISource alone = Single(b))
        {
            Assert.Equal(new VolumeShape(2, 5, 4), alone.Shape);
            Assert.Contains(alone.Others, static other => other.Contains("set.companion.ome", StringComparison.Ordinal));
        }

        _directory.File("set.companion.ome", xml);
        using ISource source = Single(b);
        Assert.Equal(new VolumeShape(1, 2, 2, 5, 4), source.Shape);
        for (int page = 0; page < 4; page++) AssertPlane(source, page, t: 0, c: page / 2, z: page % 2);

        SeriesSet set = SeriesFinder.FindCompanion(_directory.Path, "set.companion.ome", SourceRoot.Anywhere);
        Assert.Equal(["a.ome.tif", "b.ome.tif"], set.Files.Select(static file => file.Name));
        Assert.Equal(4, Assert.Single(set.Series).Planes.Count);
    }

    [Theory]
    [InlineData("XYZCT", "SizeX=\"9\"", "it has 9 × 5 pixels and page 0 has 4 × 5")]
    [InlineData("XYZCT", "SizeZ=\"1000000000\"", "are more than 16777216")]
    [InlineData("XYZCT", "SizeZ=\"99999999999999999999\"", "SizeZ is '99999999999999999999'")]
    [InlineData("XYZCT", "SizeZ=\"0\"", "SizeZ is '0'")]
    [InlineData("XYZCT", "SizeT=\"2147483647\" SizeC=\"2147483647\"", "more than")]
    [InlineData("ZXYCT", "", "DimensionOrder is 'ZXYCT'")]
    public void AContradictionIsToldAndPagesGoAlongZ(string order, string sizes, string why)
    {
        string image = Image(order, c: 1, z: 6, t: 1, "");
        foreach (string size in sizes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string attribute = size[..size.IndexOf('=')];
            image = System.Text.RegularExpressions.Regex.Replace(image, $"{attribute}=\"[0-9]*\"", size, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromMinutes(2));
        }

        AssertFallback(Ome(image), why);
    }

    [Theory]
    [InlineData("<OME><Image ID=\"a\"><Pixels OME>", "the OME-XML is not used")]
    [InlineData("<!DOCTYPE OME [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;\">]><OME>&c;</OME>", "DTD")]
    [InlineData("<!DOCTYPE OME [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><OME><Image Name=\"&x;\"/></OME>", "DTD")]
    [InlineData("<OME>&undefined;</OME>", "undefined")]
    [InlineData("<OMEN></OMEN><OME></OME>", "root")]
    [InlineData("<OME></OME>", "it describes no image")]
    public void BrokenXmlIsToldAndPagesGoAlongZ(string xml, string why) => AssertFallback(xml, why);

    [Fact]
    public void DeepAndLongDocumentsAreRefused()
    {
        string deep = $"<OME>{string.Concat(Enumerable.Repeat("<a>", 100_000))}{string.Concat(Enumerable.Repeat("</a>", 100_000))}</OME>";
        Assert.Contains("deep", Assert.Throws<FormatException>(() => OmeReader.Read(deep)).Message, StringComparison.Ordinal);
        string many = Ome(Image("XYZCT", 1, 6, 1, string.Concat(Enumerable.Repeat("<TiffData/>", 1_100_000))));
        Assert.Contains("TiffData", Assert.Throws<FormatException>(() => OmeReader.Read(many)).Message, StringComparison.Ordinal);
        string longest = $"<OME>{new string(' ', OmeReader.Longest)}</OME>";
        Assert.Throws<FormatException>(() => OmeReader.Read(longest));
    }

    [Fact]
    public void ManyBlocksOfManyPlanesEnd()
    {
        string blocks = string.Concat(Enumerable.Repeat("<TiffData IFD=\"0\" PlaneCount=\"2147483647\"/>", 100_000));
        using ISource source = Single(Write("a.ome.tif", 6, Ome(Image("XYZCT", c: 1, z: 1_000_000, t: 16, blocks))));
        Assert.Equal(new VolumeShape(16, 1, 1_000_000, 5, 4), source.Shape);
        Assert.Contains(source.Others, static other => other.Contains("one twice", StringComparison.Ordinal));
    }

    [Fact]
    public void AnotherTypeIsTold()
    {
        using ISource source = Single(Write("a.ome.tif", 6, Ome(Image("XYZCT", c: 1, z: 6, t: 1, "").Replace("uint8", "int8", StringComparison.Ordinal))));
        Assert.Equal(DataType.UInt8, source.DataType);
        Assert.Contains("its type is int8", Assert.Single(source.Others), StringComparison.Ordinal);
    }

    private static string Image(string order, long c, long z, long t, string blocks) => $"""
        <Image ID="Image:0"><Pixels DimensionOrder="{order}" Type="uint8" SizeX="4" SizeY="5" SizeC="{c}" SizeZ="{z}" SizeT="{t}">{blocks}</Pixels></Image>
        """;

    private static string Ome(string images, string? uuid = null) =>
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\"{(uuid is null ? "" : $" UUID=\"{uuid}\"")}>{images}</OME>";

    private static ISource Single(string path) => Assert.Single(SourceOpener.OpenAll(path, new SourceOptions { BadSlices = BadSlicePolicy.Fail }));

    private string Write(string name, int pages, string description) => _directory.File(
        name, new TiffWriter { Description = description }.Write(pages, 5, 4, DataType.UInt8, _samples.AsSpan(0, pages * PlaneBytes)));

    private void AssertFallback(string xml, string why)
    {
        using ISource source = Single(Write("a.ome.tif", 6, xml));
        Assert.Equal(new VolumeShape(6, 5, 4), source.Shape);
        Assert.Equal(_samples, Samples.ReadAll(source));
        Assert.Contains(source.Others, other => other.Contains(why, StringComparison.Ordinal));
    }

    private void AssertPlane(ISource source, int page, int t, int c, int z) =>
        Assert.Equal(_samples[(page * PlaneBytes)..((page + 1) * PlaneBytes)], Samples.Read(source, new Region(t, c, z, 0, 0, 1, 5, 4)));
}
