using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Tests.Http.S3;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Http;

public sealed class RestrictedTreeTests
{
    [Fact]
    public void Volumes_that_came_after_the_tree_of_a_request_are_not_told_in_its_answer()
    {
        using var pool = new BufferPool(1 << 20);
        ArraySource source = ArraySource.Random(new VolumeShape(4, 4, 4), DataType.UInt8);
        Multiscale one = new("one", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(4, 4, 4), 1, DownsampleMethod.Mean);
        ServedContent content = new(new FakeTree(), new FakeChunks(pool, _ => 1), pool, () => [TestServer.Facts("one"), TestServer.Facts("two") with { Number = 1 }]);
        Assert.Equal(["one"], new ContentNow(content, Caller.Anyone).With(new VirtualTree([(one, OmeroChannel.Of(one))])).Volumes().Select(volume => volume.Name));
    }

    [Fact]
    public void The_root_is_listed_by_looking_at_each_of_its_names_a_few_times()
    {
        FakeTree all = new();
        for (int i = 0; i < 200; i++) all.AddDirectory($"{i:d3}.zarr");
        CountingTree counting = new(all);
        RestrictedTree seen = new(counting, number => number % 2 == 1);
        string[] expected = [.. Enumerable.Range(0, 200).Where(i => i % 2 == 1).Select(i => $"{i:d3}.zarr")];
        for (int i = 0; i < 3; i++) Assert.Equal(expected, DirectoryListing.Children(seen, NodeId.Root).Select(child => child.Name));
        Assert.InRange(counting.Looks, 1, 200 + (3 * 100));
    }
}
