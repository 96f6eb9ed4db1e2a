using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Materialize.Verifying;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

public sealed class StoreVerifierTests
{
    private static StoreBuild Make(StoreFormat format = StoreFormat.Ome04, int times = 1, int channels = 1, DataType type = DataType.UInt16) =>
        new(ArraySource.Random(new VolumeShape(times, channels, 35, 13, 21), type, zeros: true), format);

    private static StoreReport Verify(StoreBuild build, string? path = null)
    {
        StoreTarget target = build.Target();
        using StoreVerifier verifier = StoreVerifier.Open(path ?? target.Path, target.Levels, target.Documents([]), 2);
        build.Build.Run(verifier);
        return verifier.Report();
    }

    private static StoreDifference Only(StoreReport report)
    {
        Assert.False(report.IsGood);
        Assert.Equal(1, report.Counts.Values.Sum());
        return Assert.Single(report.Differences);
    }

    [Theory]
    [InlineData(StoreFormat.Ome04)]
    [InlineData(StoreFormat.Ome05)]
    [InlineData(StoreFormat.Array2)]
    [InlineData(StoreFormat.Array3)]
    public void A_store_as_it_was_written_is_good(StoreFormat format)
    {
        using StoreBuild build = Make(format, times: 2, channels: 2);
        build.Run(build.Target());
        StoreReport report = Verify(build);
        Assert.Empty(report.Differences);
        Assert.True(report.IsGood);
        Assert.Equal(build.Target().Levels.Sum(place => (long)place!.Keys.Chunks), report.Chunks);
    }

    /// <summary>One flipped bit anywhere is found, and told where it is.</summary>
    [Theory]
    [InlineData("3/0/0/0", 0, "t 0, c 0, z 0, y 0, x 0")]
    [InlineData("0/8/2/5", (((2 * 4) + 0) * 4 + 0) * 2, "t 0, c 0, z 34, y 8, x 20")]
    [InlineData("1/3/1/2", ((((3 * 4) + 2) * 4) + 1) * 2 + 1, "t 0, c 0, z 15, y 6, x 9")]
    public void A_flipped_bit_is_found(string chunk, int at, string place)
    {
        using StoreBuild build = Make();
        build.Run(build.Target());
        string file = Path.Combine(build.Target().Path, chunk);
        byte[] bytes = File.ReadAllBytes(file);
        ushort before = BitConverter.ToUInt16(bytes, at & ~1);
        bytes[at] ^= 64;
        File.WriteAllBytes(file, bytes);
        StoreDifference difference = Only(Verify(build));
        Assert.Equal(StoreDifferenceKind.Voxels, difference.Kind);
        Assert.Equal(chunk, difference.Path);
        Assert.Equal(chunk[0] - '0', difference.Level);
        Assert.Equal($"{before}", difference.Expected);
        Assert.Equal($"{BitConverter.ToUInt16(bytes, at & ~1)}", difference.Found);
        Assert.Contains(place, difference.Message, StringComparison.Ordinal);
        Assert.Equal(5, difference.Voxel!.Count);
    }

    [Fact]
    public void Missing_short_and_needless_files_are_told_apart()
    {
        using StoreBuild build = Make();
        build.Run(build.Target());
        string store = build.Target().Path;
        File.Delete(Path.Combine(store, "0", "8", "2", "5"));
        File.WriteAllBytes(Path.Combine(store, "1", "3", "1", "2"), new byte[3]);
        byte[] fill = new byte[build.Multiscale.ChunkBytes];
        Directory.CreateDirectory(Path.Combine(store, "0", "0", "0"));
        File.WriteAllBytes(Path.Combine(store, "0", "0", "0", "0"), fill); // all fill, as other programs write it: the same voxels
        fill[^1] = 1;
        File.WriteAllBytes(Path.Combine(store, "0", "0", "0", "1"), fill);
        File.WriteAllBytes(Path.Combine(store, "0", "0", "0", "6"), fill);
        File.WriteAllText(Path.Combine(store, "2", "backup"), "");
        StoreReport report = Verify(build);
        Assert.Equal(
            ["Missing 0/8/2/5", "Voxels 0/0/0/1", "Unreadable 1/3/1/2", "Extra 0/0/0/6", "Extra 2/backup"],
            report.Differences.OrderBy(d => d.Kind).ThenBy(d => d.Path, StringComparer.Ordinal).Select(d => $"{d.Kind} {d.Path}"));
        Assert.Contains("has 3 bytes, expected 128", report.Differences.Single(d => d.Kind == StoreDifferenceKind.Unreadable).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StoreFormat.Ome04, "1/.zarray", "u2\"", "u4\"", "dtype is \"<u4\", expected \"<u2\"")]
    [InlineData(StoreFormat.Ome04, "0/.zarray", "\"compressor\": null", "\"compressor\": {\"id\": \"zlib\"}", "compressor is {\"id\":\"zlib\"}, expected null")]
    [InlineData(StoreFormat.Ome05, "0/zarr.json", "35", "36", "shape is [36,13,21], expected [35,13,21]")]
    [InlineData(StoreFormat.Ome05, "0/zarr.json", "{", "nonsense", "cannot be read")]
    public void Other_metadata_are_told(StoreFormat format, string document, string text, string changed, string message)
    {
        using StoreBuild build = Make(format);
        build.Run(build.Target());
        string file = Path.Combine(build.Target().Path, document);
        File.WriteAllText(file, File.ReadAllText(file).Replace(text, changed));
        StoreDifference difference = Only(Verify(build));
        Assert.Equal(StoreDifferenceKind.Metadata, difference.Kind);
        Assert.Equal(document, difference.Path);
        Assert.Contains(message, difference.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_source_differs_everywhere_and_the_list_stays_short()
    {
        using StoreBuild build = Make();
        build.Run(build.Target());
        using var other = new StoreBuild(ArraySource.Random(new VolumeShape(35, 13, 21), DataType.UInt16, seed: 2, zeros: true));
        StoreReport report = Verify(other, build.Target().Path);
        Assert.Equal(StoreReport.MostListed, report.Differences.Count);
        Assert.InRange(report.Counts[StoreDifferenceKind.Voxels], StoreReport.MostListed + 1, report.Chunks);
    }

    [Fact]
    public void An_unfinished_store_is_not_verified()
    {
        using StoreBuild build = Make();
        build.RunUntil(build.Target(), 3);
        Assert.Contains("is unfinished", Assert.Throws<StoreException>(() => Verify(build)).Message, StringComparison.Ordinal);
        Assert.Contains("is not there", Assert.Throws<StoreException>(() => Verify(build, "/never/there")).Message, StringComparison.Ordinal);
    }
}
