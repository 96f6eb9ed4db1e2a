using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Tests.Http.S3;

/// <summary>A tree that counts how often it is looked at.</summary>
internal sealed class CountingTree(IFileTree tree) : IFileTree
{
    public long Looks { get; private set; }

    public (long Bytes, long Files) Totals => tree.Totals;

    public bool TryGet(NodeId id, out Node node)
    {
        Looks++;
        return tree.TryGet(id, out node);
    }

    public bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child)
    {
        Looks++;
        return tree.TryLookup(parent, name, out child);
    }

    public bool TryResolve(ReadOnlySpan<char> path, out Node node)
    {
        Looks++;
        return tree.TryResolve(path, out node);
    }

    public NodeId Parent(NodeId id) => tree.Parent(id);

    public IReadOnlyList<NodeId> NodesOf(in ChunkAddress address) => tree.NodesOf(address);

    public long ChildCount(NodeId directory) => tree.ChildCount(directory);

    public Node Child(NodeId directory, long index, Span<byte> name, out int nameLength)
    {
        Looks++;
        return tree.Child(directory, index, name, out nameLength);
    }

    public ReadOnlyMemory<byte> Document(NodeId id) => tree.Document(id);

    public string ETag(in Node node) => tree.ETag(node);
}
