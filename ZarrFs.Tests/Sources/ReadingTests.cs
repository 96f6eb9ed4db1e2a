using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources;

/// <summary>Open files, changes underneath, and what a read costs.</summary>
public sealed class ReadingTests : IDisposable
{
    private const int Depth = 40;
    private const int Height = 16;
    private const int Width = 32;

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _samples = Samples.Make(Depth * Height * Width * 2);

    public ReadingTests()
    {
        for (int z = 0; z < Depth; z++)
        {
            _directory.File(
                $"{z:00}.tif", new TiffWriter { DirectoryFirst = true, RowsPerStrip = 1 }.Write(1, Height, Width, DataType.UInt16, _samples.AsSpan(z * Height * Width * 2, Height * Width * 2)));
        }
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void NeverMoreFilesOpenThanAllowed()
    {
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions { OpenFiles = 5 });
        for (int i = 0; i < 2; i++) Assert.Equal(_samples, Samples.ReadAll(source));
        Assert.InRange(((TiffSource)source).OpenFiles, 1, 5);
    }

    [Fact]
    public void ManyThreadsOnFewFilesReadRight()
    {
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions { OpenFiles = 3, BadSlices = BadSlicePolicy.Fail });
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, seed =>
        {
            Random random = new(seed);
            int z = random.Next(Depth), y = random.Next(Height), x = random.Next(Width);
            Region region = new(z, y, x, random.Next(1, Depth - z + 1), random.Next(1, Height - y + 1), random.Next(1, Width - x + 1));
            Assert.Equal(Samples.Cut(_samples, (Depth, Height, Width), region, 2), Samples.Read(source, region));
        });
        Assert.InRange(((TiffSource)source).OpenFiles, 1, 3);
        Assert.Empty(source.Problems);
    }

    [Fact]
    public void ADisposedSourceHoldsNoFile()
    {
        ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
        _ = Samples.ReadAll(source);
        source.Dispose();
        Assert.Equal(0, ((TiffSource)source).OpenFiles);
        Assert.Throws<ObjectDisposedException>(() => Samples.ReadAll(source));
    }

    [Fact]
    public void AWarmReadAllocatesNothing()
    {
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
        byte[] buffer = new byte[_samples.Length];
        Region whole = Samples.Whole(source);
        Region part = new(1, 2, 3, 7, 9, 11);
        for (int i = 0; i < 3; i++)
        {
            source.Read(whole, buffer);
            source.Read(part, buffer);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        source.Read(whole, buffer);
        source.Read(part, buffer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AChangedSliceIsBadFromThenOn(bool openBefore)
    {
        string path = Path.Combine(_directory.Path, "07.tif");
        byte[] other = new TiffWriter { DirectoryFirst = true, RowsPerStrip = 1 }.Write(1, Height, Width, DataType.UInt16, Samples.Make(Height * Width * 2, 99));
        using ISource filling = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        using ISource failing = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        Region slice = new(7, 0, 0, 1, Height, Width);
        if (openBefore)
        {
            _ = Samples.Read(filling, slice);
            _ = Samples.Read(failing, slice);
        }

        // In place, so that a handle kept open sees it too.
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write)) file.Write(other);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(new byte[Height * Width * 2], Samples.Read(filling, slice));
            SourceException error = Assert.Throws<SourceException>(() => Samples.Read(failing, slice));
            Assert.Equal(path, error.Path);
            Assert.Contains("changed since it was opened", error.Detail, StringComparison.Ordinal);
        }

        Assert.Equal((7L, 1L), (filling.Problems.Single().Z, filling.Problems.Single().Depth));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASliceCutShortIsNeverHalfRead(bool openBefore)
    {
        string path = Path.Combine(_directory.Path, "07.tif");
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
        Region slice = new(7, 0, 0, 1, Height, Width);
        if (openBefore) _ = Samples.Read(source, slice);
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write)) file.SetLength(file.Length - 300);
        Assert.Equal(new byte[Height * Width * 2], Samples.Read(source, slice));
        Assert.Single(source.Problems);
    }

    [Fact]
    public void ADeletedSliceFailsWhateverThePolicyAndMayComeBack()
    {
        string path = Path.Combine(_directory.Path, "07.tif");
        string away = Path.Combine(_directory.Path, "away");
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        Region slice = new(7, 0, 0, 1, Height, Width);
        File.Move(path, away);
        SourceException error = Assert.Throws<SourceException>(() => Samples.Read(source, slice));
        Assert.Equal(path, error.Path);
        Assert.IsType<FileNotFoundException>(error.InnerException);
        File.Move(away, path);
        Assert.Equal(_samples.AsSpan(7 * Height * Width * 2, Height * Width * 2).ToArray(), Samples.Read(source, slice));
        Assert.Empty(source.Problems);
    }

    [Fact]
    public void RegionsOutsideAndBuffersTooSmallAreRefused()
    {
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(new Region(0, 0, 0, 1, 1, Width + 1), new byte[1000]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(new Region(-1, 0, 0, 1, 1, 1), new byte[1000]));
        Assert.Throws<ArgumentException>(() => source.Read(new Region(0, 0, 0, 1, 1, 2), new byte[3]));
    }
}
