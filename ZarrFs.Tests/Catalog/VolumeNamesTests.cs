using System.Text;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Catalog;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Catalog;

/// <summary>Names of directories made of what files and images are called.</summary>
public sealed class VolumeNamesTests
{
    [Theory]
    [InlineData("/d/scroll.tif", null, "scroll")]
    [InlineData("/d/scroll.OME.TIFF", null, "scroll")]
    [InlineData("/d/set.companion.ome", null, "set")]
    [InlineData("/d/slices", null, "slices")]
    [InlineData("/d/x.tif", "a/b\\c\n", "a_b_c_")]
    [InlineData("/d/x.tif", " .. ", "volume")]
    public void OneImageHasTheNameOfItsSource(string path, string? stated, string expected) =>
        Assert.Equal([expected], VolumeNames.Of(null, [Image(path, stated)]));

    [Fact]
    public void HalfACharacterIsReplaced() => Assert.Equal(["a\ufffd"], VolumeNames.Of(null, [Image("/d/x.tif", "a\ud800")]));

    [Fact]
    public void TheUsersNameIsNotChanged() => Assert.Equal(["a/b"], VolumeNames.Of("a/b", [Image("/d/x.tif", "y")]));

    [Theory]
    [InlineData(null, "two-slices")]
    [InlineData("slices", "slices")] // the user's: that it is there twice is told
    public void DirectoriesOfOneNameAreToldApartByTheOneAbove(string? given, string expected) => Assert.Equal(
        [expected], VolumeNames.Of(given, [Image("/scans/two/slices/", null)], new HashSet<string>(StringComparer.Ordinal) { "slices" }));

    [Fact]
    public void SeveralImagesHaveNamesOfTheirOwn()
    {
        IReadOnlyList<string> names = VolumeNames.Of(
            null, [Image("/d/x.tif", "a"), Image("/d/x.tif", null), Image("/d/x.tif", "a"), Image("/d/x.tif", "1"), Image("/d/x.tif", "a")]);
        Assert.Equal(["x-a", "x-1", "x-a-2", "x-1-3", "x-a-4"], names);
    }

    [Fact]
    public void LongNamesAreCut()
    {
        string longName = string.Concat(Enumerable.Repeat("𝄞ü", 100));
        IReadOnlyList<string> names = VolumeNames.Of(null, [Image($"/d/{longName}.tif", longName), Image($"/d/{longName}.tif", longName)]);
        Assert.Equal(2, names.Distinct().Count());
        Assert.All(names, static name => Assert.InRange(new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(name), 1, 240));
    }

    private static ArraySource Image(string path, string? name) =>
        new(new VolumeShape(1, 1, 1), DataType.UInt8, [1]) { Path = path, Name = name };
}
