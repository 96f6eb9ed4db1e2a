using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Sources.Grouping;

/// <summary>ImageJ and OME files as tifffile writes them: the same shape, axes and voxels, plane for plane.</summary>
public sealed class WrittenByTifffileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [ClientTheory(Needs.Python)]
    [InlineData("ZYX", "5, 6, 7")]
    [InlineData("CYX", "3, 6, 7")]
    [InlineData("TYX", "4, 6, 7")]
    [InlineData("ZCYX", "5, 3, 6, 7")]
    [InlineData("TZYX", "4, 5, 6, 7")]
    [InlineData("TZCYX", "4, 5, 3, 6, 7")]
    [InlineData("TCYX", "4, 2, 6, 7")]
    public void ImageJ(string axes, string shape)
    {
        Tifffile.Write(_directory.Path, $$"""
            data = np.random.default_rng(1).integers(0, 60000, ({{shape}}), dtype='uint16')
            tifffile.imwrite('a.tif', data, imagej=True, metadata={'axes': '{{axes}}'})
            tifffile.imwrite('big.tif', data.astype('float32'), imagej=True, byteorder='>', metadata={'axes': '{{axes}}'})
            """);
        foreach (string name in (string[])["a.tif", "big.tif"]) AssertEqual(name);
    }

    [ClientTheory(Needs.Python)]
    [InlineData("imagej=True", "ZYXS", "5, 6, 7, 3", "rgb.tif")]
    [InlineData("imagej=True", "TZCYXS", "2, 3, 2, 6, 7, 3", "rgb.tif")]
    [InlineData("photometric='rgb'", "ZYXS", "5, 6, 7, 3", "rgb.ome.tif")]
    [InlineData("photometric='rgb'", "TCYXS", "2, 2, 6, 7, 3", "rgb.ome.tif")]
    [InlineData("photometric='rgb', planarconfig='separate'", "ZSYX", "5, 3, 6, 7", "planar.ome.tif")]
    [InlineData("photometric='rgb'", "ZYXS", "5, 6, 7, 3", "rgb.tif")]
    [InlineData("photometric='rgb', planarconfig='separate'", "ZSYX", "5, 3, 6, 7", "planar.tif")]
    [InlineData("photometric='rgb', compression='zlib', tile=(16, 16)", "ZYXS", "5, 20, 17, 4", "rgba.ome.tif")]
    public void SamplesAreChannels(string options, string axes, string shape, string name)
    {
        Tifffile.Write(_directory.Path, $$"""
            data = np.random.default_rng(7).integers(0, 255, ({{shape}}), dtype='uint8')
            tifffile.imwrite('{{name}}', data, {{options}}, metadata={'axes': '{{axes}}'})
            """);
        AssertEqual(name);
    }

    [ClientTheory(Needs.Python)]
    [InlineData("XYZCT")]
    [InlineData("XYZTC")]
    [InlineData("XYCTZ")]
    [InlineData("XYCZT")]
    [InlineData("XYTCZ")]
    [InlineData("XYTZC")]
    public void OmeInEveryOrder(string order)
    {
        string axes = new([.. order.Reverse()]);
        Tifffile.Write(_directory.Path, $$"""
            sizes = dict(T=2, C=3, Z=4, Y=6, X=7)
            data = np.random.default_rng(2).integers(0, 60000, [sizes[a] for a in '{{axes}}'], dtype='uint16')
            tifffile.imwrite('a.ome.tif', data, metadata={'axes': '{{axes}}'})
            tifffile.imwrite('b.ome.tif', data, bigtiff=True, byteorder='>', metadata={'axes': '{{axes}}'})
            """);
        foreach (string name in (string[])["a.ome.tif", "b.ome.tif"])
        {
            Assert.Equal(new VolumeShape(2, 3, 4, 6, 7), Assert.Single(Images.Of(Path(name))).Shape);
            AssertEqual(name);
        }
    }

    [ClientTheory(Needs.Python)]
    [InlineData("ZYX", "5, 6, 7")]
    [InlineData("QYX", "5, 6, 7")]
    [InlineData("TCZYX", "2, 3, 4, 6, 7")]
    [InlineData("ZCYX", "4, 3, 6, 7")]
    [InlineData("TZYX", "1, 4, 6, 7")]
    [InlineData("TQYX", "2, 4, 6, 7")]
    public void Shaped(string axes, string shape)
    {
        Tifffile.Write(_directory.Path, $$"""
            data = np.random.default_rng(3).integers(0, 60000, ({{shape}}), dtype='uint16')
            tifffile.imwrite('a.tif', data, photometric='minisblack', metadata={'axes': '{{axes}}'})
            """);
        AssertEqual("a.tif");
    }

    [ClientFact(Needs.Python)]
    public void PlanesBehindOneDirectory()
    {
        Tifffile.Write(_directory.Path, """
            data = np.random.default_rng(4).integers(0, 60000, (4, 3, 6, 7), dtype='uint16')
            tifffile.imwrite('ij.tif', data, imagej=True, truncate=True, metadata={'axes': 'ZCYX'})
            tifffile.imwrite('shaped.tif', data, photometric='minisblack', truncate=True, metadata={'axes': 'ZCYX'})
            for name in ('ij.tif', 'shaped.tif'):
                with tifffile.TiffFile(name) as tiff: assert len(tiff.pages) == 1
            """);
        foreach (string name in (string[])["ij.tif", "shaped.tif"])
        {
            Assert.Equal(new VolumeShape(1, 3, 4, 6, 7), Assert.Single(Images.Of(Path(name))).Shape);
            AssertEqual(name);
        }
    }

    [ClientFact(Needs.Python)]
    public void SeveralOmeImages()
    {
        Tifffile.Write(_directory.Path, """
            rng = np.random.default_rng(5)
            with tifffile.TiffWriter('a.ome.tif') as tiff:
                tiff.write(rng.integers(0, 255, (3, 6, 7), dtype='uint8'), photometric='minisblack', metadata={'axes': 'ZYX', 'Name': 'first'})
                tiff.write(rng.integers(0, 60000, (2, 4, 8, 9), dtype='uint16'), photometric='minisblack', metadata={'axes': 'CZYX', 'Name': 'second', 'PhysicalSizeX': 2.5, 'PhysicalSizeXUnit': 'nm'})
                tiff.write(rng.integers(0, 255, (6, 7), dtype='uint8'), photometric='minisblack', metadata={'Name': 'first'})
            """);
        AssertEqual("a.ome.tif");
        string[] names = Images.With(Path("a.ome.tif"), static sources => sources.Select(static source => source.Name!).ToArray());
        Assert.Equal(["first", "second", "first (2)"], names);
        VoxelSize? size = Images.With(Path("a.ome.tif"), static sources => sources[1].VoxelSize);
        Assert.Equal(new VoxelSize(2.5, 2.5, 2.5, "nanometer"), size);
        Assert.Equal(8, Assert.Single(Images.Of(Path("a.ome.tif"), new SourceOptions { Series = 1 })).Shape.Y);
    }

    [ClientFact(Needs.Python)]
    public void OmeCalibrationAndChannels()
    {
        Tifffile.Write(_directory.Path, """
            data = np.zeros((2, 3, 4, 6, 7), dtype='uint16')
            tifffile.imwrite('a.ome.tif', data, metadata={
                'axes': 'TCZYX', 'PhysicalSizeX': 250, 'PhysicalSizeXUnit': 'nm', 'PhysicalSizeY': 0.5, 'PhysicalSizeYUnit': 'µm',
                'PhysicalSizeZ': 0.002, 'PhysicalSizeZUnit': 'mm', 'TimeIncrement': 30, 'TimeIncrementUnit': 'ms',
                'Channel': {'Name': ['DAPI', 'GFP', 'x<y'], 'Color': [65535, -16776961, 16711935]}})
            """);
        Images.With(Path("a.ome.tif"), static sources =>
        {
            ISource source = Assert.Single(sources);
            VoxelSize size = source.VoxelSize!.Value;
            Assert.Equal("nanometer", size.Unit);
            Assert.Equal(2000, size.Z, 9);
            Assert.Equal(500, size.Y, 9);
            Assert.Equal(250, size.X, 9);
            Assert.Equal(new TimeStep(30, "millisecond"), source.TimeStep);
            Assert.Equal(
                [new ChannelInfo("DAPI", 0x0000FF, null), new ChannelInfo("GFP", 0xFF0000, null), new ChannelInfo("x<y", 0x00FF00, null)], source.Channels);
            return 0;
        });
    }

    [ClientFact(Needs.Python)]
    public void ImageJCalibrationAndChannels()
    {
        Tifffile.Write(_directory.Path, """
            data = np.zeros((5, 4, 3, 6, 7), dtype='uint16')
            ramp = np.arange(256, dtype='uint8')
            zero = np.zeros(256, dtype='uint8')
            half = (ramp // 2).astype('uint8')
            luts = [np.stack([ramp, zero, half]), np.stack([ramp, ramp, ramp]), np.stack([ramp[::-1], zero, zero])]
            for name, order in (('a.tif', '<'), ('b.tif', '>')):
                tifffile.imwrite(name, data, imagej=True, byteorder=order, resolution=(4, 2), metadata={
                    'axes': 'TZCYX', 'spacing': 1.5, 'unit': 'um', 'finterval': 0.25, 'mode': 'composite', 'LUTs': luts,
                    'Ranges': (10.0, 200.5, 0.0, 60000.0, 7.0, 7.0), 'Labels': [f'p{i}' for i in range(60)], 'Info': 'text'})
            """);
        foreach (string name in (string[])["a.tif", "b.tif"])
        {
            Images.With(Path(name), static sources =>
            {
                ISource source = Assert.Single(sources);
                Assert.Equal(new VoxelSize(1.5, 0.5, 0.25, "micrometer"), source.VoxelSize);
                Assert.Equal(new TimeStep(0.25, "second"), source.TimeStep);
                Assert.Equal(
                    [new ChannelInfo(null, 0xFF007F, (10, 200.5)), new ChannelInfo(null, 0xFFFFFF, (0, 60000)), new ChannelInfo(null, null, null)],
                    source.Channels);
                return 0;
            });
        }
    }

    private string Path(string name) => System.IO.Path.Combine(_directory.Path, name);

    private void AssertEqual(string name)
    {
        IReadOnlyList<Tifffile.Image> expected = Tifffile.Read(Path(name));
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Images.Of(Path(name)));
    }
}
