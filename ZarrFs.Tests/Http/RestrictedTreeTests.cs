using ZarrFs.Core.Tree;
using ZarrFs.Host.Http;
using ZarrFs.Tests.Http.S3;

namespace ZarrFs.Tests.Http;

public sealed class RestrictedTreeTests
{
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
