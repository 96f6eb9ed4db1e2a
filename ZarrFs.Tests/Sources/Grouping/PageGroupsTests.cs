using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources.Grouping;

/// <summary>Files whose pages are of several kinds: what a user would call the image, and the others by name.</summary>
public sealed class PageGroupsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void AThumbnailBeforeAStackDoesNotWin()
    {
        byte[] samples = Samples.Make(6 + 3 * 40);
        using ISource source = Open([(2, 3, DataType.UInt8), .. Enumerable.Repeat((5, 4, DataType.UInt16), 3)], samples);
        Assert.Equal((new VolumeShape(3, 5, 4), DataType.UInt16), (source.Shape, source.DataType));
        Assert.Equal(samples[6..], Samples.ReadAll(source));
        Assert.Equal(["page 0: 3 × 2 uint8"], source.Others);
    }

    [Fact]
    public void LabelsBehindAndBetweenDoNotWin()
    {
        byte[] samples = Samples.Make(40 + 20 + 40 + 2 * 6);
        using ISource source = Open(
            [(5, 4, DataType.UInt16), (5, 4, DataType.UInt8), (5, 4, DataType.UInt16), (2, 3, DataType.UInt8), (2, 3, DataType.UInt8)], samples);
        Assert.Equal((new VolumeShape(2, 5, 4), DataType.UInt16), (source.Shape, source.DataType));
        Assert.Equal((byte[])[.. samples[..40], .. samples[60..100]], Samples.ReadAll(source));
        Assert.Equal(["page 1: 4 × 5 uint8", "pages 3 to 4: 3 × 2 uint8"], source.Others);
    }

    [Fact]
    public void OfEqualsTheFirstWins()
    {
        using ISource source = Open([(5, 4, DataType.UInt8), (4, 5, DataType.UInt16), (5, 4, DataType.UInt8), (4, 5, DataType.UInt16)], Samples.Make(120));
        Assert.Equal((new VolumeShape(2, 5, 4), DataType.UInt8), (source.Shape, source.DataType));
    }

    [Fact]
    public void AReducedCopyIsNoPlaneEvenOfTheSameSize()
    {
        byte[] samples = Samples.Make(3 * 20);
        byte[] file = new TiffWriter { SecondPageIsReduced = true }.Write(3, 5, 4, DataType.UInt8, samples);
        using ISource source = SourceOpener.Open(_directory.File("a.tif", file), new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        Assert.Equal((byte[])[.. samples[..20], .. samples[40..]], Samples.ReadAll(source));
        Assert.Equal(["page 1: 4 × 5 uint8, reduced copy"], source.Others);
    }

    [Fact]
    public void ABadPageKeepsItsPlace()
    {
        byte[] samples = Samples.Make(3 * 20);
        byte[] file = new TiffWriter { DirectoryFirst = true }.Write(3, 5, 4, DataType.UInt8, samples);
        // The first page's only strip is moved past the end.
        int directory = BitConverter.ToInt32(file, 4);
        for (int entry = directory + 2; ; entry += 12)
        {
            if (BitConverter.ToUInt16(file, entry) != 273) continue;
            BitConverter.TryWriteBytes(file.AsSpan(entry + 8), file.Length);
            break;
        }

        using ISource source = SourceOpener.Open(_directory.File("a.tif", file), new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        Assert.Equal((byte[])[.. new byte[20], .. samples[20..]], Samples.ReadAll(source));
        Assert.Equal((SourceProblemKind.Bad, 0L, 1L), (Assert.Single(source.Problems).Kind, source.Problems[0].Z, source.Problems[0].Depth));
        Assert.Empty(source.Others);
    }

    private ISource Open((int Height, int Width, DataType Type)[] pages, byte[] samples) => SourceOpener.Open(
        _directory.File("mixed.tif", new TiffWriter().Write(pages, samples)), new SourceOptions { BadSlices = BadSlicePolicy.Fail });
}
