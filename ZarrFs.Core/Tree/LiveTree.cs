using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Tree;

/// <summary>
/// The tree as it is at the moment: another one takes its place when volumes come or go. Each answer is right by itself; who needs several that fit
/// together asks <see cref="Now"/> once, and that for them.
/// </summary>
public sealed class LiveTree : IFileTree
{
    private readonly Lock _sync = new();
    private VirtualTree _now;
    private Action<IReadOnlyList<byte[]>>? _changed;

    /// <param name="tree">The first one.</param>
    public LiveTree(VirtualTree tree) => _now = tree;

    /// <summary>The tree of this moment, which stays as it is.</summary>
    public VirtualTree Current => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public IFileTree Now => Current;

    /// <inheritdoc/>
    public (long Bytes, long Files) Totals => Current.Totals;

    /// <summary>Puts another tree in place of the one so far, and tells of the names in the root directory that have come, gone or stand for something else.</summary>
    public void Replace(VirtualTree tree)
    {
        VirtualTree before = Current;
        Volatile.Write(ref _now, tree);
        IReadOnlyList<byte[]> names = VirtualTree.Differences(before, tree);
        if (names.Count > 0) _changed?.Invoke(names);
    }

    /// <inheritdoc/>
    public void OnChanged(Action<IReadOnlyList<byte[]>> handler)
    {
        lock (_sync) _changed += handler;
    }

    /// <inheritdoc/>
    public bool TryGet(NodeId id, out Node node) => Current.TryGet(id, out node);

    /// <inheritdoc/>
    public bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child) => Current.TryLookup(parent, name, out child);

    /// <inheritdoc/>
    public bool TryResolve(ReadOnlySpan<char> path, out Node node) => Current.TryResolve(path, out node);

    /// <inheritdoc/>
    public NodeId Parent(NodeId id) => Current.Parent(id);

    /// <inheritdoc/>
    public IReadOnlyList<NodeId> NodesOf(in ChunkAddress address) => Current.NodesOf(address);

    /// <inheritdoc/>
    public long ChildCount(NodeId directory) => Current.ChildCount(directory);

    /// <inheritdoc/>
    public Node Child(NodeId directory, long index, Span<byte> name, out int nameLength) => Current.Child(directory, index, name, out nameLength);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Document(NodeId id) => Current.Document(id);

    /// <inheritdoc/>
    public string ETag(in Node node) => Current.ETag(node);
}
