using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize.Background;

public sealed class RegionPassTests
{
    private static readonly ChunkShape Fours = new(4, 4, 4);
    private static readonly VolumeShape Shape = new(20, 30, 40);

    [Theory]
    [InlineData("all", DownsampleMethod.Mean)]
    [InlineData("0-1", DownsampleMethod.Gaussian)]
    [InlineData("2", DownsampleMethod.Max)]
    public async Task The_chunks_that_hold_voxels_of_the_box_and_no_others(string levels, DownsampleMethod method)
    {
        using var store = new TestStore(ArraySource.Random(Shape, DataType.UInt8, zeros: true), Fours, method: method);
        var disk = new FakeDisk();
        LevelSet asked = LevelSet.Parse("--levels", levels);
        var pass = new RegionPass(store.Multiscale, 0, asked, VolumeRanges.Parse("9:17,4:8,0:9"));
        await pass.RunAsync(store.Store, disk, 3, CancellationToken.None);

        // By voxels, not by chunks: what of level n holds a voxel of the box holds 2ⁿ of them along each axis.
        var expected = new HashSet<ChunkAddress>();
        for (int level = 0; level < store.Multiscale.Levels.Count; level++)
        {
            if (!asked.Contains(level)) continue;
            for (int z = 0; z < 9; z++)
            {
                for (int y = 4; y < 8; y++)
                {
                    for (int x = 9; x < 17; x++) expected.Add(new ChunkAddress(0, level, 0, 0, z / (4 << level), y / (4 << level), x / (4 << level)));
                }
            }
        }

        Assert.Equal(expected, disk.Chunks.Keys.ToHashSet());
        Assert.Equal(expected.Count, pass.Chunks);
        foreach ((ChunkAddress address, byte[] chunk) in disk.Chunks)
        {
            byte[] voxels = store.Expected(address);
            Assert.True(chunk.AsSpan().SequenceEqual(voxels.AsSpan().ContainsAnyExcept((byte)0) ? voxels : default), $"{address} is not what it should be");
        }

        int before = store.Source.Reads;
        var again = new RegionPass(store.Multiscale, 0, asked, VolumeRanges.Parse("9:17,4:8,0:9"));
        await again.RunAsync(store.Store, disk, 3, CancellationToken.None);
        Assert.Equal(before, store.Source.Reads);
        Assert.Equal(again.Counters.TotalVoxelBytes, again.Counters.SkippedVoxelBytes);
        await store.EndWithoutLeaks();
    }

    [Fact]
    public void What_it_takes_is_known_before()
    {
        using var store = new TestStore(ArraySource.Random(Shape, DataType.UInt16), Fours);
        VolumeRanges box = VolumeRanges.Parse("9:17,4:8,0:9");
        Assert.Equal(2 * 12 * 4 * 12, new RegionPass(store.Multiscale, 0, LevelSet.Parse("", "0"), box).SourceBytes);
        Assert.Equal(2 * 16 * 16 * 32, new RegionPass(store.Multiscale, 0, LevelSet.Parse("", "0,2"), box).SourceBytes);
        Assert.Equal(2 * Shape.Count, new RegionPass(store.Multiscale, 0, LevelSet.All, box).SourceBytes);
        OptionException outside = Assert.Throws<OptionException>(() => new RegionPass(store.Multiscale, 0, LevelSet.All, VolumeRanges.Parse("40:50,,")));
        Assert.StartsWith("--region: ", outside.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_end_it_and_bad_slices_are_not_kept()
    {
        using var store = new TestStore(ArraySource.Random(Shape, DataType.UInt8), Fours);
        store.Source.Problems = [new SourceProblem(SourceProblemKind.Bad, 6, 1, "/test/6.tif", "is short")];
        var disk = new FakeDisk { Bad = new BadPlanes(store.Multiscale) };
        await new RegionPass(store.Multiscale, 0, LevelSet.Parse("", "0"), VolumeRanges.All).RunAsync(store.Store, disk, 2, CancellationToken.None);
        Assert.Equal([0, 2, 3, 4], disk.Chunks.Keys.Select(address => address.Z).Distinct().Order());

        var full = new FakeDisk { Putting = put => put < 3 };
        Task failing = new RegionPass(store.Multiscale, 0, LevelSet.Parse("", "0"), VolumeRanges.All).RunAsync(store.Store, full, 2, CancellationToken.None);
        Assert.Contains("takes no more", (await Assert.ThrowsAsync<StoreException>(() => failing)).Message, StringComparison.Ordinal);
    }
}
