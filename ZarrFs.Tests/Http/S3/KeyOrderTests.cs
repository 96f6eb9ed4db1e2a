using System.Text;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http.S3;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Sources;
using ZarrFs.Tests.Tree;

namespace ZarrFs.Tests.Http.S3;

/// <summary>Keys come in the order of their UTF-8 bytes, from any key on, at a price that does not grow with the bucket.</summary>
public sealed class KeyOrderTests
{
    private static readonly Comparer<string> Utf8Order =
        Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));

    private static readonly Multiscale[] Volumes =
    [
        // As text, one is the beginning of the next, and what follows sorts before a slash; the last two are turned around in UTF-16.
        Volume("a", new VolumeShape(24, 2, 1), new ChunkShape(2, 2, 2)),
        Volume("a.zarr", new VolumeShape(3, 3, 23), new ChunkShape(2, 2, 2)),
        Volume("Scan 1", new VolumeShape(2, 2, 5, 9, 4), new ChunkShape(4, 4, 4)),
        Volume("\uFF21", new VolumeShape(1, 1, 1), new ChunkShape(2, 2, 2)),
        Volume("\U0001D11E", new VolumeShape(1, 201, 1), new ChunkShape(2, 2, 2)),
    ];

    private static readonly VirtualTree Tree = new([.. Volumes.Select(volume => (volume, Documents.Channels(volume)))]);

    private static readonly string[] Keys = [.. new ModelTree(Volumes).Paths.Where(path => path.Value is not null).Select(path => path.Key).Order(Utf8Order)];

    public static TheoryData<string> Prefixes =>
    [
        "", "a", "a.", "a.zarr", "a.zarr/", "a.zarr/0", "a.zarr/0/", "a.zarr/0/1", "a.zarr/0/1/", "a.zarr/0/1/0/0", "a.zarr.zarr/0/0/0/1", "a.zarr.ome.zarr/0/c/", "a.zarr/.z",
        "a.zarr/z", "\U0001D11E.zarr/0/0/1", "Scan 1.ome.zarr/0/c/1/0/", "S", "b", "\uFF21", "/", "/a.zarr/", "a.zarr//0", "a.zarr/../a.zarr/", "a.zarr/00/", "a.zarr/0/c/", "nothing/",
    ];

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void Keys_of_a_prefix_are_those_of_the_model_in_order(string prefix)
    {
        Assert.Equal(Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)), Walk(prefix, "", isDeep: true));
        Assert.Equal(Summed(prefix), Walk(prefix, "", isDeep: false));
    }

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void A_walk_goes_on_from_any_key_and_from_anything_else(string prefix)
    {
        string[] marks =
        [
            .. Keys.Where((_, i) => i % 7 == 0), .. Keys.Where((_, i) => i % 11 == 0).Select(key => key[..^1]), .. Keys.Where((_, i) => i % 13 == 0).Select(key => key + "0"),
            .. Keys.Where((_, i) => i % 17 == 0).Select(key => key + "/"), "A", "zzz", "a.zarr/0/5/0/0/0", "a.zarr/0/:", "a.zarr/0/99/0/0", "a.zarr/0/-", "\U0001F600",
        ];
        string[] ofPrefix = [.. Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
        foreach (string mark in marks)
            Assert.Equal(ofPrefix.Where(key => Utf8Order.Compare(key, mark) > 0), Walk(prefix, mark, isDeep: true));
        foreach (string mark in Summed(prefix))
            Assert.Equal(Summed(prefix).Where(entry => Utf8Order.Compare(entry, mark) > 0), Walk(prefix, mark, isDeep: false));
    }

    [Fact]
    public void Numbers_are_found_as_their_names_sort()
    {
        string[] texts = ["", .. Texts("0129/-:", 4)];
        foreach (bool isDirectory in (bool[])[false, true])
        {
            foreach (int count in (int[])[0, 1, 2, 3, 9, 10, 11, 12, 20, 21, 99, 100, 101, 129, 1001, 2100])
            {
                string end = isDirectory ? "/" : "";
                string[] names = [.. Enumerable.Range(0, count).Select(i => $"{i}{end}").Order(StringComparer.Ordinal)];
                foreach (string text in texts)
                {
                    byte[] bytes = Encoding.ASCII.GetBytes(text);
                    foreach (bool orEqual in (bool[])[false, true])
                    {
                        string? expected = names.FirstOrDefault(name => string.CompareOrdinal(name, text) >= (orEqual ? 0 : 1));
                        long found = NumberOrder.After(count, isDirectory, bytes, orEqual);
                        if (expected is null ? found != -1 : $"{found}{end}" != expected) Assert.Fail($"{count} {isDirectory} {orEqual}: after '{text}' comes {expected}, not {found}");
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("huge.zarr/0/", "huge.zarr/0/1/7/13")]
    [InlineData("huge.zarr/0/2/1048575/", "")]
    [InlineData("huge.zarr/0/2/", "huge.zarr/0/2/99999/1048575")]
    [InlineData("huge.ome.zarr/0/c/", "huge.ome.zarr/0/c/1/5")]
    public void A_page_of_a_bucket_with_millions_of_millions_of_keys_costs_what_a_page_costs(string prefix, string after)
    {
        Multiscale huge = new(
            "huge", new Volume(new HugeSource(new VolumeShape(3, 1 << 20, 1 << 20)), VolumeRanges.All, null, null), new ChunkShape(1, 1, 1), 1, DownsampleMethod.Mean);
        CountingTree tree = new(new VirtualTree([(huge, Documents.Channels(huge))]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        KeyWalk walk = new(tree, prefix, after, isDeep: true);
        string last = after;
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(walk.TryNext(out string key, out Node node));
            Assert.True(Utf8Order.Compare(key, last) > 0, $"{key} comes after {last}");
            Assert.StartsWith(prefix, key, StringComparison.Ordinal);
            Assert.False(node.IsDirectory);
            last = key;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.InRange(tree.Looks, 1000, 2500);
    }

    private static IEnumerable<string> Walk(string prefix, string after, bool isDeep)
    {
        KeyWalk walk = new(Tree, prefix, after, isDeep);
        while (walk.TryNext(out string key, out _)) yield return key;
    }

    private static string[] Summed(string prefix) =>
    [
        .. Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key => key.IndexOf('/', prefix.Length) is >= 0 and int slash ? key[..(slash + 1)] : key).Distinct().Order(Utf8Order),
    ];

    private static IEnumerable<string> Texts(string letters, int length) =>
        length == 0 ? [] : letters.Select(letter => $"{letter}").Concat(Texts(letters, length - 1).SelectMany(text => letters.Select(letter => text + letter))).Distinct();

    private static Multiscale Volume(string name, VolumeShape shape, ChunkShape chunk) =>
        new(name, new Volume(new ArraySource(shape, DataType.UInt8, new byte[shape.Count]), VolumeRanges.All, null, null), chunk, null, DownsampleMethod.Mean);
}
