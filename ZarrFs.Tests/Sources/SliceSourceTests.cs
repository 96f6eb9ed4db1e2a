using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources;

/// <summary>Directories of slices: which file is which z, what is a hole, what is bad, and what that does.</summary>
public sealed class SliceSourceTests : IDisposable
{
    private const int Height = 6;
    private const int Width = 9;
    private static readonly SourceOptions Filling = new() { BadSlices = BadSlicePolicy.Fill };
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void NumbersAreZAndWhatIsMissingIsAHole()
    {
        byte[] three = Slice("3.tif", 3);
        byte[] five = Slice("0005.TIFF", 5);
        _directory.File(".hidden.tif", "no");
        _directory.File("notes.txt", "no");
        Directory.CreateDirectory(Path.Combine(_directory.Path, "sub.tif"));
        using ISource source = SourceOpener.Open(_directory.Path, Failing);
        Assert.Equal("slices", source.Kind);
        Assert.Equal(new VolumeShape(6, Height, Width), source.Shape);
        byte[] hole = new byte[three.Length];
        Assert.Equal((byte[])[.. hole, .. hole, .. hole, .. three, .. hole, .. five], Samples.ReadAll(source));
        Assert.Equal([(0L, 3L), (4L, 1L)], source.Problems.Select(problem => (problem.Z, problem.Depth)));
        Assert.All(source.Problems, problem => Assert.Equal(SourceProblemKind.Missing, problem.Kind));
        Assert.False(source.Read(new Region(0, 0, 0, 3, Height, Width), new byte[3 * hole.Length]));
        Assert.True(source.Read(new Region(0, 0, 0, 4, Height, Width), new byte[4 * hole.Length]));
    }

    [Fact]
    public void TheSameNumberTwiceNamesBothFiles()
    {
        Slice("1.tif", 1);
        Slice("01.tif", 2);
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, Filling));
        Assert.Matches(@"(?<!\d)1\.tif", error.Detail);
        Assert.Contains("01.tif", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void NumbersAndNamesTogetherNameOneOfEach()
    {
        Slice("1.tif", 1);
        Slice("mask.tif", 2);
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, Filling));
        Assert.Contains("1.tif", error.Detail, StringComparison.Ordinal);
        Assert.Contains("mask.tif", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherNamesAreInNaturalOrder()
    {
        byte[] expected = [.. Slice("a9 .tif", 1), .. Slice("a10 .tif", 2), .. Slice("a100.tif", 3), .. Slice("b1.tif", 4)];
        using ISource source = SourceOpener.Open(_directory.Path, Failing);
        Assert.Equal(expected, Samples.ReadAll(source));
    }

    [Theory]
    [InlineData("a1 a2 a4", "a2.tif is followed by a4.tif")]
    [InlineData("a1 a2 b1 b2 b5", "b2.tif is followed by b5.tif")]
    [InlineData("a10 a20 a30", null)]
    [InlineData("a1 a2 b7 c", null)]
    [InlineData("1 2 4", null)]
    public void NumbersLeftOutOfNamesAreTold(string names, string? expected)
    {
        foreach (string name in names.Split(' ')) Slice($"{name}.tif", 1);
        RecordingLogger logger = new();
        using ISource source = SourceOpener.Open(_directory.Path, Failing with { Logger = logger });
        Assert.Equal(expected is null ? 0 : 1, logger.Messages.Count);
        if (expected is not null) Assert.Contains(expected, logger.Messages.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("img_2", "img_10")]
    [InlineData("img_002", "img_10")]
    [InlineData("a", "a1")]
    [InlineData("a01b3", "a1b20")]
    [InlineData("z99999999999999999999998", "z99999999999999999999999")]
    [InlineData("x01", "x1")]
    public void NaturalOrderComparesRunsOfDigitsAsNumbers(string first, string second)
    {
        Assert.True(NaturalOrder.Instance.Compare(first, second) < 0);
        Assert.True(NaturalOrder.Instance.Compare(second, first) > 0);
        Assert.Equal(0, NaturalOrder.Instance.Compare(first, first));
    }

    [Fact]
    public void ADirectoryWithoutTiffsSaysSo()
    {
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, Filling));
        Assert.Contains("no TIFF files in this directory", error.Detail, StringComparison.Ordinal);
        SourceException missing = Assert.Throws<SourceException>(() => SourceOpener.Open(Path.Combine(_directory.Path, "none"), Filling));
        Assert.Contains("does not exist", missing.Detail, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BadSlices() => new()
    {
        { "empty", "the file is empty" },
        { "lfs", "Git LFS pointer" },
        { "text", "not a TIFF" },
        { "truncated", "segment 0 of 1" },
        { "size", "has 9 × 5 uint16 voxels, expected 9 × 6 uint16" },
        { "type", "has 9 × 6 int16 voxels, expected 9 × 6 uint16" },
        { "pages", "has 2 pages, expected 1" },
        { "complex", "SampleFormat 6" },
    };

    [Theory]
    [MemberData(nameof(BadSlices))]
    public void ABadSliceIsFilledOrFails(string kind, string expected)
    {
        byte[] good = Slice("1.tif", 1);
        // One that cannot be read is passed over as the first slice too; one that can be is what the others are measured by.
        foreach (int bad in (int[])(kind is "size" or "type" ? [2] : [0, 2]))
        {
            File.Delete(Path.Combine(_directory.Path, "0.tif"));
            File.Delete(Path.Combine(_directory.Path, "2.tif"));
            string path = _directory.File($"{bad}.tif", Bad(kind));
            RecordingLogger logger = new();
            using ISource filling = SourceOpener.Open(_directory.Path, Filling with { Logger = logger });
            byte[] hole = new byte[good.Length];
            for (int i = 0; i < 2; i++)
                Assert.Equal(bad == 0 ? [.. hole, .. good] : [.. hole, .. good, .. hole], Samples.ReadAll(filling));
            SourceProblem problem = Assert.Single(filling.Problems, problem => problem.Kind == SourceProblemKind.Bad);
            Assert.Equal((bad, 1L, path), (problem.Z, problem.Depth, problem.Path));
            Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
            Assert.Contains(expected, Assert.Single(logger.Messages), StringComparison.Ordinal);

            using ISource failing = SourceOpener.Open(_directory.Path, Failing);
            for (int i = 0; i < 2; i++)
            {
                SourceException error = Assert.ThrowsAny<SourceException>(() => Samples.ReadAll(failing));
                Assert.Equal(path, error.Path);
                Assert.Contains(expected, error.Detail, StringComparison.Ordinal);
            }

            Assert.Equal(good, Samples.Read(failing, new Region(1, 0, 0, 1, Height, Width)));
        }
    }

    [Fact]
    public void AnOddFirstSliceIsTheBadOneNotAllTheOthers()
    {
        string odd = _directory.File("0.tif", Bad("size"));
        byte[] first = Slice("1.tif", 1), second = Slice("2.tif", 2);
        using ISource source = SourceOpener.Open(_directory.Path, Filling);
        Assert.Equal([.. new byte[first.Length], .. first, .. second], Samples.ReadAll(source));
        Assert.Equal(odd, Assert.Single(source.Problems).Path);
    }

    [Fact]
    public void OnlyBadSlicesIsTheFirstOnesError()
    {
        _directory.File("0.tif", Bad("complex"));
        _directory.File("1.tif", Bad("empty"));
        UnsupportedException error = Assert.Throws<UnsupportedException>(() => SourceOpener.Open(_directory.Path, Filling));
        Assert.EndsWith("0.tif", error.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void MetadataGivesNameVoxelSizeAndDepth()
    {
        byte[] slice = Slice("0.tif", 1);
        _directory.File("meta.json", """{"name":"scroll","voxelsize":7.91,"width":9,"height":6,"slices":3,"min":0.0,"uuid":"x"}""");
        using ISource source = SourceOpener.Open(_directory.Path, Failing);
        Assert.Equal("scroll", source.Name);
        Assert.Equal(VoxelSize.Micrometers(7.91), source.VoxelSize);
        Assert.Equal(3, source.Shape.Z);
        Assert.Equal((byte[])[.. slice, .. new byte[2 * slice.Length]], Samples.ReadAll(source));
    }

    [Fact]
    public void MoreSlicesThanMetadataSaysAreAllThere()
    {
        Slice("4.tif", 1);
        _directory.File("meta.json", """{"slices":3}""");
        using ISource source = SourceOpener.Open(_directory.Path, Failing);
        Assert.Equal(5, source.Shape.Z);
        Assert.Null(source.VoxelSize);
    }

    [Theory]
    [InlineData("", "has 0 bytes, expected a JSON object")]
    [InlineData("{", "is not valid JSON")]
    [InlineData("[]", "expected an object")]
    [InlineData("""{"voxelsize":0}""", "\"voxelsize\": found 0")]
    [InlineData("""{"voxelsize":-7.9}""", "\"voxelsize\": found -7.9")]
    [InlineData("""{"voxelsize":"7.9"}""", "\"voxelsize\": found \"7.9\"")]
    [InlineData("""{"voxelsize":1e999}""", "\"voxelsize\": found 1e999")]
    [InlineData("""{"slices":1.5}""", "\"slices\": found 1.5")]
    [InlineData("""{"width":10}""", "\"width\": found 10, expected 9")]
    [InlineData("""{"height":10}""", "\"height\": found 10, expected 6")]
    public void MetadataThatCannotBeIsAnError(string json, string expected)
    {
        Slice("0.tif", 1);
        _directory.File("meta.json", json);
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, Filling));
        Assert.EndsWith("meta.json", error.Path, StringComparison.Ordinal);
        Assert.Contains(expected, error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOnlyFileOfSeveralPagesIsThatFileUnlessItIsNumbered()
    {
        byte[] samples = Samples.Make(2 * Height * Width * 2);
        byte[] file = new TiffWriter().Write(2, Height, Width, DataType.UInt16, samples);
        _directory.File("stack.tif", file);
        using (ISource source = SourceOpener.Open(_directory.Path, Failing))
        {
            Assert.Equal("file", source.Kind);
            Assert.Equal(samples, Samples.ReadAll(source));
        }

        File.Move(Path.Combine(_directory.Path, "stack.tif"), Path.Combine(_directory.Path, "0.tif"));
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(_directory.Path, Filling));
        Assert.Contains("has 2 pages, expected 1", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void ReducedCopiesInASliceAreNotPages()
    {
        byte[] samples = Samples.Make(Height * Width * 2);
        // Only the second page carries the tag that says so.
        byte[] file = new TiffWriter { SecondPageIsReduced = true }.Write(
            [(Height, Width, DataType.UInt16), (3, 4, DataType.UInt16)], [.. samples, .. new byte[24]]);
        _directory.File("0.tif", file);
        using ISource source = SourceOpener.Open(_directory.Path, Failing);
        Assert.Equal(samples, Samples.ReadAll(source));
    }

    [Fact]
    public void LinksAreFollowed()
    {
        byte[] slice = Slice("target.bin", 1);
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "0.tif"), Path.Combine(_directory.Path, "target.bin"));
        using ISource source = SourceOpener.Open(_directory.Path, Failing);
        Assert.Equal(slice, Samples.ReadAll(source));
    }

    [Fact]
    public void CheckAllFindsEveryBadSlice()
    {
        Slice("0.tif", 1);
        _directory.File("2.tif", Bad("empty"));
        _directory.File("3.tif", Bad("size"));
        using ISource source = SourceOpener.Open(_directory.Path, Failing);
        Assert.Single(source.Problems);
        RecordingProgress progress = new();
        source.CheckAll(progress, CancellationToken.None);
        Assert.Equal([(1L, SourceProblemKind.Missing), (2L, SourceProblemKind.Bad), (3L, SourceProblemKind.Bad)],
            source.Problems.OrderBy(problem => problem.Z).Select(problem => (problem.Z, problem.Kind)));
        Assert.Equal(1.0, progress.Values.Max());
        Assert.Equal(3, progress.Values.Count);
        Assert.Throws<OperationCanceledException>(() => source.CheckAll(null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void TheFingerprintFollowsNameSizeTimeAndMetadata()
    {
        Slice("0.tif", 1);
        Slice("1.tif", 2);
        HashSet<string> seen = [];
        string first = Fingerprint();
        Assert.Matches("^[0-9a-f]{32}$", first);
        Assert.Equal(first, Fingerprint());
        seen.Add(first);
        File.SetLastWriteTimeUtc(Path.Combine(_directory.Path, "0.tif"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Assert.True(seen.Add(Fingerprint()));
        File.Move(Path.Combine(_directory.Path, "1.tif"), Path.Combine(_directory.Path, "2.tif"));
        Assert.True(seen.Add(Fingerprint()));
        _directory.File("meta.json", "{}");
        Assert.True(seen.Add(Fingerprint()));

        string Fingerprint()
        {
            using ISource source = SourceOpener.Open(_directory.Path, Filling);
            return source.Fingerprint;
        }
    }

    private byte[] Slice(string name, int seed)
    {
        byte[] samples = Samples.Make(Height * Width * 2, seed);
        _directory.File(name, new TiffWriter().Write(1, Height, Width, DataType.UInt16, samples));
        return samples;
    }

    private static byte[] Bad(string kind)
    {
        byte[] samples = Samples.Make(2 * Height * Width * 2);
        byte[] one = samples[..(samples.Length / 2)];
        return kind switch
        {
            "empty" => [],
            "lfs" => "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"u8.ToArray(),
            "text" => "this is not an image"u8.ToArray(),
            "truncated" => new TiffWriter { DirectoryFirst = true }.Write(1, Height, Width, DataType.UInt16, one)[..^1],
            "size" => new TiffWriter().Write(1, Height - 1, Width, DataType.UInt16, one),
            "type" => new TiffWriter().Write(1, Height, Width, DataType.Int16, one),
            "pages" => new TiffWriter().Write(2, Height, Width, DataType.UInt16, samples),
            "complex" => new TiffWriter().With(339, 6).Write(1, Height, Width, DataType.UInt16, one),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }
}
