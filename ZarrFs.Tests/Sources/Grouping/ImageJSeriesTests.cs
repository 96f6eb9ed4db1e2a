using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff.Descriptions;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources.Grouping;

/// <summary>ImageJ's numbers against the pages, and its stacks behind one directory.</summary>
public sealed class ImageJSeriesTests : IDisposable
{
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("images=6\nchannels=2\nslices=3", "1 2 3", 1, "0 1 0")]
    [InlineData("images=6\nchannels=2\nslices=3\norder=czt", "1 2 3", 3, "0 1 1")]
    [InlineData("images=6\nchannels=2\nslices=3\norder=zct", "1 2 3", 1, "0 0 1")]
    [InlineData("images=6\nchannels=2\nframes=3\norder=tcz", "3 2 1", 1, "1 0 0")]
    [InlineData("images=6\nframes=2\nslices=3", "2 1 3", 3, "1 0 0")]
    [InlineData("images=6\nchannels=3", "1 3 2", 4, "0 1 1")]
    [InlineData("images=6", "1 1 6", 4, "0 0 4")]
    [InlineData("", "1 1 6", 4, "0 0 4")]
    public void PagesStandWhereTheDescriptionSays(string lines, string shape, int page, string place)
    {
        byte[] samples = Samples.Make(6 * 20);
        using ISource source = Open(lines, 6, samples);
        long[] sizes = Numbers(shape);
        Assert.Equal(new VolumeShape(sizes[0], sizes[1], sizes[2], 5, 4), source.Shape);
        long[] at = Numbers(place);
        Assert.Equal(samples[(page * 20)..(page * 20 + 20)], Samples.Read(source, new Region(at[0], at[1], at[2], 0, 0, 1, 5, 4)));
        Assert.Empty(source.Others);
    }

    [Theory]
    [InlineData("images=8\nchannels=2\nslices=4", "2 channels × 4 slices × 1 frames and the file has 6 pages")]
    [InlineData("images=6\nchannels=4\nslices=3", "the file has 6 pages")]
    [InlineData("images=6\nchannels=0\nslices=6", "the file has 6 pages")]
    [InlineData("images=6\nchannels=-6\nslices=-1", "the file has 6 pages")]
    [InlineData("images=6\nchannels=four", "the file has 6 pages")]
    [InlineData("images=6\nchannels=9000000000000000\nslices=9000000000000000\nframes=9000000000000000", "the file has 6 pages")]
    [InlineData("images=4\nslices=4", "the file has 6 pages")]
    public void NumbersThatContradictThePagesDropNone(string lines, string why)
    {
        byte[] samples = Samples.Make(6 * 20);
        using ISource source = Open(lines + "\nspacing=3\nunit=um", 6, samples);
        Assert.Equal(new VolumeShape(6, 5, 4), source.Shape);
        Assert.Equal(samples, Samples.ReadAll(source));
        Assert.Equal(3, source.VoxelSize?.Z);
        Assert.Contains(why, Assert.Single(source.Others), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("min=10\nmax=200.5", 10.0, 200.5)]
    [InlineData("min=200\nmax=10", null, null)]
    [InlineData("min=nan\nmax=10", null, null)]
    public void MinAndMaxAreTheWindow(string lines, double? start, double? end)
    {
        using ISource source = Open($"images=2\nslices=2\n{lines}", 2, Samples.Make(40));
        if (start is null) Assert.Empty(source.Channels);
        else Assert.Equal((start.Value, end!.Value), Assert.Single(source.Channels).Window);
    }

    [Theory]
    [InlineData("unit=um\nspacing=0.25", 0.25, "micrometer")]
    [InlineData("unit=um\nzunit=nm\nspacing=250", 0.25, "micrometer")]
    [InlineData("unit=mm\nyunit=mm\nzunit=um\nspacing=4", 0.004, "millimeter")]
    [InlineData("unit=um\nzunit=pixel\nspacing=3", null, null)]
    public void AnAxisMayHaveAUnitOfItsOwn(string lines, double? z, string? unit)
    {
        VoxelSize? size = ImageJDescription.Parse("ImageJ=1.53t\nimages=2\nslices=2\n" + lines)!.VoxelSize(2, 2);
        Assert.Equal((z, unit), (size?.Z is { } found ? Math.Round(found, 9) : null, size?.Unit));
    }

    [Theory]
    [InlineData("finterval=2", 2.0, "second")]
    [InlineData("finterval=2\ntunit=ms", 2.0, "millisecond")]
    [InlineData("finterval=0.5\ntunit=min", 0.5, "minute")]
    [InlineData("fps=4", 0.25, "second")]
    [InlineData("finterval=0", null, null)]
    [InlineData("fps=0", null, null)]
    public void FramesHaveAStep(string lines, double? step, string? unit)
    {
        using ISource source = Open($"images=2\nframes=2\n{lines}", 2, Samples.Make(40));
        Assert.Equal(step is { } value ? new TimeStep(value, unit) : null, source.TimeStep);
    }

    [Fact]
    public void PlanesBehindOneDirectoryAreRead()
    {
        byte[] samples = Samples.Make(6 * 20);
        byte[] file = [.. Header("images=6\nchannels=2\nslices=3", samples), .. samples[20..]];
        using ISource source = SourceOpener.Open(_directory.File("big.tif", file), Failing);
        Assert.Equal(new VolumeShape(1, 2, 3, 5, 4), source.Shape);
        for (int plane = 0; plane < 6; plane++)
            Assert.Equal(samples[(plane * 20)..(plane * 20 + 20)], Samples.Read(source, new Region(0, plane % 2, plane / 2, 0, 0, 1, 5, 4)));
        Assert.Empty(source.Problems);
    }

    [Fact]
    public void PlanesPastTheEndAreBadOnes()
    {
        byte[] samples = Samples.Make(6 * 20);
        byte[] file = [.. Header("images=6\nslices=6", samples), .. samples[20..^25]];
        using ISource source = SourceOpener.Open(_directory.File("cut.tif", file), new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        Assert.Equal(new VolumeShape(6, 5, 4), source.Shape);
        Assert.Equal((byte[])[.. samples[..80], .. new byte[40]], Samples.ReadAll(source));
        Assert.Equal([4, 5], source.Problems.Select(static problem => problem.Z));
        Assert.Contains("plane 4 of the 6 behind one directory ends at byte", source.Problems[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("images=6\nslices=6", 0)]
    [InlineData("images=6\nslices=6", 19)]
    [InlineData("images=100000\nslices=100000", 100)]
    [InlineData("images=2000000000\nslices=2000000000", 100)]
    public void AnOldDescriptionOnOnePlaneIsOnePlane(string lines, int more)
    {
        byte[] samples = Samples.Make(200);
        byte[] file = [.. Header(lines, samples), .. samples.AsSpan(20, more)];
        using ISource source = SourceOpener.Open(_directory.File("one.tif", file), Failing);
        Assert.Equal(1, source.Shape.Z);
        Assert.Equal(samples[..20], Samples.ReadAll(source));
        Assert.Contains("the file has one page", Assert.Single(source.Others), StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryBehindThePlaneIsNoPlane()
    {
        // As every editor but ImageJ writes it: samples, directory, long description.
        TiffWriter writer = new() { Description = $"ImageJ=1.53t\nimages=6\nslices=6\n{new string('x', 300)}" };
        using ISource source = SourceOpener.Open(_directory.File("one.tif", writer.Write(1, 5, 4, DataType.UInt8, Samples.Make(20))), Failing);
        Assert.Equal(1, source.Shape.Z);
    }

    [Fact]
    public void MoreThanFourGigabytesBehindOneDirectory()
    {
        const int Planes = 5000;
        const int Size = 1000;
        byte[] samples = Samples.Make(Size * Size);
        byte[] file = new TiffWriter { BigEndian = true, DirectoryFirst = true, Description = $"ImageJ=1.53t\nimages={Planes}\nchannels=2\nslices=2500\nhyperstack=true\n" }
            .Write(1, Size, Size, DataType.UInt8, samples);
        string path = _directory.File("huge.tif", file);
        long start = file.Length - samples.Length;
        using (FileStream stream = File.OpenWrite(path))
        {
            // Sparse: only the last plane has bytes of its own.
            stream.SetLength(start + (long)Planes * samples.Length);
            stream.Position = stream.Length - samples.Length;
            stream.Write(samples.AsSpan().ToArray().Reverse().ToArray());
        }

        using ISource source = SourceOpener.Open(path, Failing);
        Assert.Equal(new VolumeShape(1, 2, 2500, Size, Size), source.Shape);
        Assert.Equal(samples[..100], Samples.Read(source, new Region(0, 0, 0, 0, 0, 1, 1, 100)));
        Assert.Equal(samples.Reverse().Take(100), Samples.Read(source, new Region(0, 1, 2499, 0, 0, 1, 1, 100)));
        Assert.Equal(new byte[100], Samples.Read(source, new Region(0, 0, 2499, 0, 0, 1, 1, 100)));
    }

    private static byte[] Header(string lines, byte[] samples) =>
        new TiffWriter { DirectoryFirst = true, Description = $"ImageJ=1.53t\n{lines}\n" }.Write(1, 5, 4, DataType.UInt8, samples.AsSpan(0, 20));

    private static long[] Numbers(string text) => [.. text.Split(' ').Select(static part => long.Parse(part, System.Globalization.CultureInfo.InvariantCulture))];

    private ISource Open(string lines, int pages, byte[] samples)
    {
        string path = _directory.File("ij.tif", new TiffWriter { Description = $"ImageJ=1.53t\n{lines}\n" }.Write(pages, 5, 4, DataType.UInt8, samples));
        return SourceOpener.Open(path, Failing);
    }
}
