using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources;

/// <summary>One file of several pages, and what ImageJ writes into it.</summary>
public sealed class FileSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void APagePastTheEndIsABadPlane()
    {
        byte[] samples = Samples.Make(3 * 40);
        byte[] file = new TiffWriter { DirectoryFirst = true }.Write(3, 5, 4, DataType.UInt16, samples);
        string path = _directory.File("cut.tif", file[..^1]);
        using ISource filling = SourceOpener.Open(path, new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        Assert.Equal((byte[])[.. samples[..80], .. new byte[40]], Samples.ReadAll(filling));
        SourceProblem problem = Assert.Single(filling.Problems);
        Assert.Equal((2L, 1L), (problem.Z, problem.Depth));
        Assert.Contains("page 2, tag 273 (StripOffsets)", problem.Message, StringComparison.Ordinal);
        using ISource failing = SourceOpener.Open(path, new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        Assert.Equal(samples[..80], Samples.Read(failing, new Region(0, 0, 0, 2, 5, 4)));
        Assert.Throws<TiffFormatException>(() => Samples.ReadAll(failing));
    }

    [Fact]
    public void PaletteIndicesAreRead()
    {
        byte[] samples = Samples.Make(20);
        using ISource source = SourceOpener.Open(
            _directory.File("p.tif", new TiffWriter { Photometric = 3 }.Write(1, 5, 4, DataType.UInt8, samples)), new SourceOptions());
        Assert.Equal(new VolumeShape(1, 5, 4), source.Shape);
        Assert.Equal(samples, Samples.ReadAll(source));
    }

    [Theory]
    [InlineData("images=2\nspacing=0.5\nunit=um", 4, 1, "0.5 0.25 0.25 micrometer")]
    [InlineData("images=2\nspacing=-2\nunit=\\u00B5m", 1000, 250, "2 0.25 0.25 micrometer")]
    [InlineData("images=2\nspacing=3.5\nunit=micron", 2, 1, "3.5 0.5 0.5 micrometer")]
    [InlineData("images=2\nunit=µm", 2, 1, "1 0.5 0.5 micrometer")]
    [InlineData("images=2\nspacing=30\nunit=nm", 1, 4, "30 4 4 nanometer")]
    [InlineData("images=2\nspacing=2\nunit=inch", 64, 1, "2 0.015625 0.015625 inch")]
    [InlineData("images=2\nspacing=2\nunit=pixel", 1, 1, "2 1 1 ")]
    [InlineData("images=2\nspacing=2", 72, 1, "2 1 1 ")]
    [InlineData("images=2", 72, 1, null)]
    [InlineData("images=2\nspacing=nan\nunit=um", 4, 1, "1 0.25 0.25 micrometer")]
    public void ImageJStatesTheVoxelSize(string lines, uint numerator, uint denominator, string? expected)
    {
        TiffWriter writer = new() { Description = $"ImageJ=1.53t\n{lines}\nloop=false\n", Resolution = (numerator, denominator) };
        using ISource source = SourceOpener.Open(
            _directory.File("ij.tif", writer.Write(2, 3, 4, DataType.UInt8, Samples.Make(24))), new SourceOptions());
        Assert.Equal(expected, source.VoxelSize is { } size ? $"{size.Z} {size.Y} {size.X} {size.Unit}" : null);
    }

    [Fact]
    public void ScreenResolutionIsNoVoxelSize()
    {
        using ISource source = SourceOpener.Open(
            _directory.File("s.tif", new TiffWriter { Resolution = (300, 1) }.Write(1, 3, 4, DataType.UInt8, Samples.Make(12))), new SourceOptions());
        Assert.Null(source.VoxelSize);
    }
}
