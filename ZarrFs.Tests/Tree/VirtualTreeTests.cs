using System.Text;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Tree;

public sealed class VirtualTreeTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_volumes_are_shown_as_the_model_says(int seed)
    {
        Multiscale[] volumes = RandomVolumes(new Random(seed));
        var model = new ModelTree(volumes);
        VirtualTree tree = Tree(volumes);
        VirtualTree again = Tree(volumes);
        var ids = new Dictionary<NodeId, string>();
        foreach ((string path, long? size) in model.Paths)
        {
            Assert.True(tree.TryResolve(path, out Node node), $"'{path}' is missing");
            Assert.True(again.TryResolve("/" + path, out Node same));
            Assert.Equal(node, same);
            Assert.True(ids.TryAdd(node.Id, path), $"'{path}' has the number of another");
            Assert.True(tree.TryGet(node.Id, out Node found));
            Assert.Equal(node, found);
            Assert.Equal(size is null ? NodeKind.Directory : size < 0 ? NodeKind.Document : NodeKind.Chunk, node.Kind);
            if (size is null) Assert.Equal(model.Children(path).Count(), tree.ChildCount(node.Id));
            else if (size < 0) Assert.Equal(node.Size, tree.Document(node.Id).Length);
            else Assert.Equal(size.Value, node.Size);
            if (size is not null) Assert.Equal(tree.ETag(node), again.ETag(same));
            if (size is not null) Assert.Equal(0, tree.ChildCount(node.Id));
        }

        // Back from a chunk to the files that show it: those, and no other.
        foreach (IGrouping<ChunkAddress, NodeId> files in ids.Keys.Where(id => KindOf(tree, id) == NodeKind.Chunk).GroupBy(id => ChunkOf(tree, id)))
            Assert.Equal(files.OrderBy(id => id.Value), tree.NodesOf(files.Key).OrderBy(id => id.Value));

        // Walked from the root, by listing, the tree has the same names and no other.
        var seen = new List<string>();
        Walk(tree, NodeId.Root, "", seen);
        Assert.Equal(model.Paths.Keys.Where(path => path.Length > 0).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));

        Assert.Equal(model.Paths.Values.Count(size => size is not null), tree.Totals.Files);
        Assert.Equal(model.Paths.Where(p => p.Value > 0 && p.Key.Contains(".ome.zarr/", StringComparison.Ordinal)).Sum(p => p.Value), tree.Totals.Bytes);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_not_in_the_model_does_not_exist(int seed)
    {
        var random = new Random(seed);
        Multiscale[] volumes = RandomVolumes(random);
        var model = new ModelTree(volumes);
        VirtualTree tree = Tree(volumes);
        string[] known = [.. model.Paths.Keys];
        string[] names = ["", ".", "..", "0", "00", "01", "+1", "-0", "-1", "1e3", "1.0", " 1", "1 ", "0x1", "9", "99", "2147483648", "9223372036854775807",
            "9223372036854775808", "99999999999999999999999", "١", "c", "C", ".zarray", ".ZARRAY", ".zattrs", ".zgroup", "zarr.json", "meta.json", "1\0", new string('1', 300)];
        for (int i = 0; i < 2000; i++)
        {
            string directory = known[random.Next(known.Length)];
            string name = names[random.Next(names.Length)];
            string path = directory.Length == 0 ? name : $"{directory}/{name}";
            bool exists = model.Paths.ContainsKey(path) && name.Length > 0;
            Assert.True(tree.TryResolve(directory, out Node parent));
            Assert.Equal(exists, tree.TryLookup(parent.Id, Encoding.UTF8.GetBytes(name), out Node child));
            if (exists) Assert.Equal(parent.Id, tree.Parent(child.Id));
            if (name.Length > 0) Assert.Equal(exists, tree.TryResolve(path, out _));
        }
    }

    [Fact]
    public void Chunks_that_are_not_in_the_tree_have_no_files()
    {
        VirtualTree tree = Tree(RandomVolumes(new Random(1)));
        foreach (ChunkAddress address in (ChunkAddress[])
            [new(-1, 0, 0, 0, 0, 0, 0), new(99, 0, 0, 0, 0, 0, 0), new(0, 31, 0, 0, 0, 0, 0), new(0, 0, 0, 0, long.MaxValue, 0, 0), new(0, 0, 0, 0, 0, -1, 0)])
        {
            Assert.Empty(tree.NodesOf(address));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Forged_numbers_are_refused(int seed)
    {
        var random = new Random(seed);
        Multiscale[] volumes = RandomVolumes(random);
        VirtualTree tree = Tree(volumes);
        HashSet<NodeId> real = [.. new ModelTree(volumes).Paths.Keys.Select(path => tree.TryResolve(path, out Node node) ? node.Id : default)];
        NodeId[] all = [.. real];
        for (int i = 0; i < 1500; i++)
        {
            ulong value = random.Next(3) switch
            {
                0 => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
                1 => all[random.Next(all.Length)].Value ^ (1UL << random.Next(64)),
                _ => all[random.Next(all.Length)].Value + (ulong)random.Next(-20, 20),
            };
            var id = new NodeId(value);
            Assert.Equal(real.Contains(id), tree.TryGet(id, out _));
            if (real.Contains(id)) continue;
            Assert.Equal(NodeId.Root, tree.Parent(id));
            Assert.Equal(0, tree.ChildCount(id));
            Assert.False(tree.TryLookup(id, "0"u8, out _));
            Assert.Throws<ArgumentException>(() => tree.Document(id));
            Assert.ThrowsAny<ArgumentException>(() => tree.Child(id, 0, new byte[VirtualTree.LongestName], out _));
        }
    }

    [Fact]
    public void Chunk_addresses_follow_the_keys()
    {
        VirtualTree tree = Tree(Volume("v", new VolumeShape(3, 2, 40, 50, 60), new LeadingIndex(2, 1)));
        Assert.True(tree.TryResolve("v.ome.zarr/0/c/2/1/4/3/2", out Node node));
        Assert.Equal(new ChunkAddress(0, 0, 2, 1, 4, 3, 2), node.Chunk);
        Assert.True(tree.TryResolve("v.ome.zarr/1/c/1/0/2/1/1", out node));
        Assert.Equal(new ChunkAddress(0, 1, 1, 0, 2, 1, 1), node.Chunk);
        Assert.False(tree.TryResolve("v.ome.zarr/0/c/3/0/0/0/0", out _));
        Assert.False(tree.TryResolve("v.ome.zarr/0/c/0/2/0/0/0", out _));

        // v2 is the chosen time point and channel, whatever the level.
        Assert.True(tree.TryResolve("v.zarr/1/2/1/1", out node));
        Assert.Equal(new ChunkAddress(0, 1, 2, 1, 2, 1, 1), node.Chunk);
        Assert.False(tree.TryResolve("v.zarr/1/3/1/1", out _));
        Assert.False(tree.TryResolve("v.zarr/1/2/1/1/0", out _));
    }

    [Theory]
    [InlineData(3, 1, "c/2/4/3/2", 2, 0)]
    [InlineData(1, 3, "c/2/4/3/2", 0, 2)]
    public void An_axis_alone_is_the_one_there_is(int t, int c, string key, int time, int channel)
    {
        VirtualTree tree = Tree(Volume("v", new VolumeShape(t, c, 40, 50, 60), new LeadingIndex(t - 1, c - 1)));
        Assert.True(tree.TryResolve($"v.ome.zarr/0/{key}", out Node node));
        Assert.Equal(new ChunkAddress(0, 0, time, channel, 4, 3, 2), node.Chunk);
        Assert.True(tree.TryResolve("v.zarr/0/4/3/2", out node));
        Assert.Equal(new ChunkAddress(0, 0, t - 1, c - 1, 4, 3, 2), node.Chunk);
    }

    [Fact]
    public void Validators_of_another_channel_and_time_are_others()
    {
        var shape = new VolumeShape(2, 2, 8, 8, 8);
        string[] etags = [.. from t in new long[] { 0, 1 } from c in new long[] { 0, 1 } select Chunk(new LeadingIndex(t, c))];
        Assert.Equal(4, etags.Distinct(StringComparer.Ordinal).Count());

        string Chunk(LeadingIndex leading)
        {
            VirtualTree tree = Tree(Volume("v", shape, leading));
            Assert.True(tree.TryResolve("v.zarr/0/0/0/0", out Node node));
            return tree.ETag(node);
        }
    }

    [Theory]
    [InlineData("ünï 体积 🙂")]
    [InlineData("a.zarr")]
    [InlineData("0")]
    [InlineData(" x ")]
    [InlineData("con'\"%20&?#")]
    [InlineData("LONG")]
    public void Odd_names_are_shown_as_they_are(string name)
    {
        if (name == "LONG") name = string.Concat(Enumerable.Repeat("体", 80)); // 240 bytes
        VirtualTree tree = Tree(Volume(name));
        Assert.True(tree.TryResolve($"/{name}.zarr/0/.zarray", out _));
        Assert.True(tree.TryResolve($"{name}.ome.zarr/0/c/0/0/0", out _));
        var seen = new List<string>();
        Walk(tree, NodeId.Root, "", seen);
        Assert.Contains($"{name}.ome.zarr", seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("LONG")]
    [InlineData("HALF")]
    public void Impossible_names_are_refused(string name)
    {
        if (name == "LONG") name = string.Concat(Enumerable.Repeat("体", 81)); // 243 bytes
        if (name == "HALF") name = "🙂"[..1];
        Assert.Equal("--name", Assert.Throws<OptionException>(() => Volume(name)).Option);
    }

    [Fact]
    public void Bytes_that_are_no_text_name_nothing()
    {
        VirtualTree tree = Tree(Volume("\ufffd"));
        Assert.True(tree.TryLookup(NodeId.Root, "\ufffd.zarr"u8, out _));
        Assert.False(tree.TryLookup(NodeId.Root, [0xff, .. ".zarr"u8], out _));
    }

    [Theory]
    [InlineData("a", "a", "a.zarr")]
    [InlineData("a", "a.ome", "a.ome.zarr")]
    [InlineData("b.ome", "b", "b.ome.zarr")]
    public void Two_volumes_of_one_name_are_refused(string first, string second, string shown)
    {
        var failure = Assert.Throws<OptionException>(() => Tree(Volume(first), Volume(second)));
        Assert.Contains($"two volumes would both be shown as '{shown}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_volumes_are_an_empty_tree()
    {
        VirtualTree tree = Tree();
        Assert.True(tree.TryGet(NodeId.Root, out Node root));
        Assert.True(root.IsDirectory);
        Assert.Equal(0, tree.ChildCount(root.Id));
        Assert.Equal((0, 0), tree.Totals);
        Assert.Equal(1UL, NodeId.Root.Value);
    }

    [Fact]
    public void Many_volumes_have_their_places_and_too_many_are_refused()
    {
        Multiscale[] volumes = [.. Enumerable.Range(0, 1025).Select(i => Volume($"v{i}"))];
        VirtualTree tree = Tree(volumes[..1024]);
        Assert.True(tree.TryResolve("v1023.ome.zarr/0/c/0/0/0", out Node last));
        Assert.Equal(1023, last.Chunk.Volume);
        Assert.Throws<OptionException>(() => Tree(volumes));
    }

    [Fact]
    public void The_largest_index_fits_and_one_more_is_refused()
    {
        VirtualTree Huge(long z) => Tree(new Multiscale(
            "huge", new Volume(new HugeSource(new VolumeShape(z, 1 << 20, 1 << 20)), VolumeRanges.All, null, null), new ChunkShape(1, 1, 1), 1, DownsampleMethod.Mean));
        VirtualTree tree = Huge(3);
        Assert.True(tree.TryResolve("huge.zarr/0/2/1048575/1048575", out Node last));
        Assert.Equal(new ChunkAddress(0, 0, 0, 0, 2, (1 << 20) - 1, (1 << 20) - 1), last.Chunk);
        Assert.True(tree.TryGet(last.Id, out Node same));
        Assert.Equal(last, same);
        Assert.False(tree.TryGet(new NodeId(last.Id.Value + 1), out _));
        Assert.Equal("--chunk-size", Assert.Throws<OptionException>(() => Huge(4)).Option);
        Assert.Throws<OptionException>(() => Huge(1L << 40));
    }

    [Fact]
    public void Validators_change_with_the_source_and_the_view_and_with_nothing_else()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(20, 20, 20), DataType.UInt16);
        string Chunk(ArraySource from, string ranges = "", DataType? type = null, int chunk = 8, DownsampleMethod method = DownsampleMethod.Mean, string name = "v")
        {
            VirtualTree tree = Tree(new Multiscale(name, new Volume(from, VolumeRanges.Parse(ranges), type, null), new ChunkShape(chunk, chunk, chunk), null, method));
            Assert.True(tree.TryResolve($"{name}.zarr/0/0/0/0", out Node node));
            return tree.ETag(node);
        }

        var changed = new ArraySource(source.Shape, source.DataType, source.Voxels) { Fingerprint = "other" };
        string[] different =
        [
            Chunk(source), Chunk(changed), Chunk(source, "1:,,"), Chunk(source, type: DataType.UInt8), Chunk(source, chunk: 4), Chunk(source, method: DownsampleMethod.Max),
        ];
        Assert.Equal(different.Length, different.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Chunk(source), Chunk(source, name: "other"));
        Assert.DoesNotContain(different, etag => etag.Any(c => c is '"' or '\\' or ' '));
    }

    private static NodeKind KindOf(VirtualTree tree, NodeId id) => tree.TryGet(id, out Node node) ? node.Kind : NodeKind.Directory;

    private static ChunkAddress ChunkOf(VirtualTree tree, NodeId id) => tree.TryGet(id, out Node node) ? node.Chunk : default;

    private static void Walk(VirtualTree tree, NodeId directory, string path, List<string> seen)
    {
        byte[] name = new byte[VirtualTree.LongestName];
        for (long i = 0; i < tree.ChildCount(directory); i++)
        {
            Node child = tree.Child(directory, i, name, out int length);
            Assert.True(tree.TryLookup(directory, name.AsSpan(0, length), out Node found));
            Assert.Equal(child, found);
            Assert.Equal(directory, tree.Parent(child.Id));
            string childPath = (path.Length == 0 ? "" : path + "/") + Encoding.UTF8.GetString(name, 0, length);
            seen.Add(childPath);
            if (child.IsDirectory) Walk(tree, child.Id, childPath, seen);
        }

        Assert.ThrowsAny<ArgumentException>(() => tree.Child(directory, tree.ChildCount(directory), name, out _));
        Assert.ThrowsAny<ArgumentException>(() => tree.Child(directory, -1, name, out _));
    }

    private static VirtualTree Tree(params Multiscale[] volumes) => new([.. volumes.Select(v => (v, Documents.Channels(v)))]);

    private static Multiscale Volume(string name, VolumeShape shape, LeadingIndex leading) =>
        new(
            name, new Volume(new ArraySource(shape, DataType.UInt8, new byte[shape.Count]), VolumeRanges.All, null, null), new ChunkShape(8, 16, 20), null,
            DownsampleMethod.Mean, leading);

    private static Multiscale Volume(string name) => Volume(name, ArraySource.Random(new VolumeShape(3, 3, 3), DataType.UInt8), new ChunkShape(8, 8, 8));

    private static Multiscale Volume(string name, ArraySource source, ChunkShape chunk, int? levels = null) =>
        new(name, new Volume(source, VolumeRanges.All, null, null), chunk, levels, DownsampleMethod.Mean);

    private static Multiscale[] RandomVolumes(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 4)).Select(i =>
        {
            var shape = new VolumeShape(random.Next(4) == 0 ? random.Next(1, 4) : 1, random.Next(3) == 0 ? random.Next(1, 4) : 1, random.Next(1, 30), random.Next(1, 30), random.Next(1, 30));
            DataType type = (DataType)random.Next(10);
            int? levels = random.Next(3) == 0 ? random.Next(1, 9) : null;
            var chunk = new ChunkShape(2 * random.Next(1, 9), 2 * random.Next(2, 9), 2 * random.Next(2, 9));
            return Volume($"volume {i}", new ArraySource(shape, type, new byte[shape.Count * type.Size()]), chunk, levels);
        }),
    ];
}
