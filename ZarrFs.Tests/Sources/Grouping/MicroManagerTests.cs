using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Sources.Grouping;

/// <summary>Micro-Manager's JSON in each page, without the OME-XML and ImageJ descriptions that usually go before it.</summary>
public sealed class MicroManagerTests : IDisposable
{
    private const string Write = """
        import json, struct
        rng = np.random.default_rng(6)
        data = rng.integers(0, 60000, (2, 3, 2, 5, 4), dtype='uint16')
        def page(tiff, t, c, z, extra=()):
            places = dict(FrameIndex=t, ChannelIndex=c, SliceIndex=z, PixelSizeUm=0.65)
            places.update(extra)
            text = json.dumps(places)
            tiff.write(data[t, z, c], contiguous=False, metadata=None, description='', extratags=[(51123, 2, 0, text, True)])
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [ClientFact(Needs.Python)]
    public void PagesStandWhereTheirJsonSays()
    {
        Tifffile.Write(_directory.Path, Write + """

            with tifffile.TiffWriter('mm.tif') as tiff:
                for c in (1, 0):
                    for t in range(2):
                        for z in (2, 0, 1):
                            if (t, c, z) != (1, 1, 2): page(tiff, t, c, z)
            np.ascontiguousarray(data.transpose(0, 2, 1, 3, 4)).tofile('expected')
            """);
        byte[] expected = File.ReadAllBytes(Path.Combine(_directory.Path, "expected"));
        using ISource source = Assert.Single(SourceOpener.OpenAll(Path.Combine(_directory.Path, "mm.tif"), new SourceOptions()));
        Assert.Equal(new VolumeShape(2, 2, 3, 5, 4), source.Shape);
        Assert.Equal(new VoxelSize(0.65, 0.65, 0.65, "micrometer"), source.VoxelSize);
        int at = 0;
        for (int t = 0; t < 2; t++)
        {
            for (int c = 0; c < 2; c++)
            {
                for (int z = 0; z < 3; z++, at += 40)
                {
                    byte[] plane = Samples.Read(source, new Region(t, c, z, 0, 0, 1, 5, 4));
                    Assert.Equal((t, c, z) == (1, 1, 2) ? new byte[40] : expected[at..(at + 40)], plane);
                }
            }
        }

        SourceProblem hole = Assert.Single(source.Problems);
        Assert.Equal((SourceProblemKind.Missing, 2L, 1L), (hole.Kind, hole.Z, hole.Depth));
    }

    [ClientFact(Needs.Python)]
    public void OmeXmlThatIsBrokenLeavesIt()
    {
        Tifffile.Write(_directory.Path, Write.Replace("description=''", "description='<OME><broken OME>' if (c, z) == (0, 0) else ''", StringComparison.Ordinal) + """

            with tifffile.TiffWriter('mm.tif') as tiff:
                for c in range(2):
                    for z in range(3): page(tiff, 0, c, z)
            """);
        using ISource source = Assert.Single(SourceOpener.OpenAll(Path.Combine(_directory.Path, "mm.tif"), new SourceOptions()));
        Assert.Equal(new VolumeShape(1, 2, 3, 5, 4), source.Shape);
        Assert.Contains("the OME-XML is not used", Assert.Single(source.Others), StringComparison.Ordinal);
    }

    [ClientFact(Needs.Python)]
    public void PositionsAreImages()
    {
        Tifffile.Write(_directory.Path, Write + """

            with tifffile.TiffWriter('mm.tif') as tiff:
                for p in range(2):
                    for z in range(3): page(tiff, p, 0, z, dict(PositionIndex=p, FrameIndex=0))
            """);
        string[] names = Images.With(Path.Combine(_directory.Path, "mm.tif"), static sources => sources.Select(static source => $"{source.Name} {source.Shape.Z}").ToArray());
        Assert.Equal(["Position 0 3", "Position 1 3"], names);
    }

    [ClientTheory(Needs.Python)]
    [InlineData("for i in range(3): page(tiff, 0, 0, 1)", "gives page 1 the place of another")]
    [InlineData("for z in range(3): page(tiff, 0, 0, z, dict(SliceIndex=z * 1000000000, FrameIndex=z * 1000000000))", "planes (t c z) and the file has 3 pages")]
    [InlineData("for z in range(3): page(tiff, 0, 0, z, dict(SliceIndex=-z))", "page 1 has no place")]
    [InlineData("for z in range(3): page(tiff, 0, 0, z, dict(SliceIndex='x'))", "page 0 has no place")]
    public void ContradictionsAreTold(string pages, string why)
    {
        Tifffile.Write(_directory.Path, $"{Write}\nwith tifffile.TiffWriter('mm.tif') as tiff:\n    {pages}\n");
        using ISource source = Assert.Single(SourceOpener.OpenAll(Path.Combine(_directory.Path, "mm.tif"), new SourceOptions()));
        Assert.Equal(3, source.Shape.Z);
        Assert.Contains(why, Assert.Single(source.Others), StringComparison.Ordinal);
    }

    [ClientFact(Needs.Python)]
    public void TheSummaryHasStepsAndNames()
    {
        Tifffile.Write(_directory.Path, """
            import json, struct
            summary = json.dumps({'PixelSize_um': 0.5, 'z-step_um': 2.5, 'Interval_ms': 40, 'ChNames': ['DAPI', 'GFP', 'unused'], 'Prefix': '\\ud800'}).encode()
            file = bytearray(b'II*\0' + bytes(28) + struct.pack('<II', 2355492, len(summary)) + summary)
            if len(file) % 2: file += b' '
            link = 4
            for i in range(4):
                text = json.dumps(dict(FrameIndex=i // 2, ChannelIndex=i % 2, SliceIndex=0)).encode() + b'\0'
                at = len(file)
                file += text + bytes(20 + len(text) % 2)
                pixels = at + len(text)
                entries = [(256, 3, 1, 4), (257, 3, 1, 5), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, pixels), (277, 3, 1, 1),
                           (278, 3, 1, 5), (279, 4, 1, 20), (51123, 2, len(text), at)]
                struct.pack_into('<I', file, link, len(file))
                file += struct.pack('<H', len(entries)) + b''.join(struct.pack('<HHII', *entry) for entry in entries)
                link = len(file)
                file += bytes(4)
            open('mm.tif', 'wb').write(file)
            """);
        using ISource source = Assert.Single(SourceOpener.OpenAll(Path.Combine(_directory.Path, "mm.tif"), new SourceOptions()));
        Assert.Equal(new VolumeShape(2, 2, 1, 5, 4), source.Shape);
        Assert.Equal(new VoxelSize(2.5, 0.5, 0.5, "micrometer"), source.VoxelSize);
        Assert.Equal(new TimeStep(40, "millisecond"), source.TimeStep);
        Assert.Equal(["DAPI", "GFP"], source.Channels.Select(static channel => channel.Name));
    }
}
