using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http;

/// <summary>The part of a tree that a caller may see: of other volumes nothing exists, by whatever way it is asked for.</summary>
/// <param name="tree">The whole.</param>
/// <param name="maySee">Whether a volume, by number, is there.</param>
internal sealed class RestrictedTree(IFileTree tree, Func<int, bool> maySee) : IFileTree
{
    private RestrictedTree? _now;
    private long[]? _roots;

    /// <inheritdoc/>
    public IFileTree Now
    {
        get
        {
            IFileTree now = tree.Now;
            if (ReferenceEquals(now, tree)) return this;
            return _now is { } known && ReferenceEquals(known.Whole, now) ? known : _now = new RestrictedTree(now, maySee);
        }
    }

    public (long Bytes, long Files) Totals => tree.Totals;

    public bool TryGet(NodeId id, out Node node) => tree.TryGet(id, out node) && IsThere(node);

    public bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child) => tree.TryLookup(parent, name, out child) && IsThere(child);

    public bool TryResolve(ReadOnlySpan<char> path, out Node node) => tree.TryResolve(path, out node) && IsThere(node);

    public NodeId Parent(NodeId id) => tree.Parent(id);

    public IReadOnlyList<NodeId> NodesOf(in ChunkAddress address) => maySee(address.Volume) ? tree.NodesOf(address) : [];

    public long ChildCount(NodeId directory) => directory == NodeId.Root ? Roots.Length : tree.ChildCount(directory);

    public Node Child(NodeId directory, long index, Span<byte> name, out int nameLength) =>
        tree.Child(directory, directory == NodeId.Root ? Roots[index] : index, name, out nameLength);

    public ReadOnlyMemory<byte> Document(NodeId id) => tree.Document(id);

    public string ETag(in Node node) => tree.ETag(node);

    private IFileTree Whole => tree;

    private bool IsThere(in Node node) => node.Volume < 0 || maySee(node.Volume);

    /// <summary>Places of the visible ones among the root's children; kept where the tree stays as it is.</summary>
    private long[] Roots => ReferenceEquals(tree.Now, tree) ? _roots ??= [.. FindRoots()] : [.. FindRoots()];

    private IEnumerable<long> FindRoots()
    {
        byte[] name = new byte[VirtualTree.LongestName];
        long count = tree.ChildCount(NodeId.Root);
        for (long i = 0; i < count; i++)
        {
            if (IsThere(tree.Child(NodeId.Root, i, name, out _))) yield return i;
        }
    }
}
