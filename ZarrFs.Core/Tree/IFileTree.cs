using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Tree;

/// <summary>What a face sees of the tree. Safe from any thread.</summary>
public interface IFileTree
{
    /// <summary>The tree as it is at this moment, which stays so: for answers that have to fit together.</summary>
    IFileTree Now => this;

    /// <summary>Has a handler called, on any thread, with the names in the root directory that have come, gone or stand for another volume from now on.</summary>
    void OnChanged(Action<IReadOnlyList<byte[]>> handler)
    {
    }

    /// <summary>Bytes of the volumes at all levels, once each, and the number of files in both roots: what <c>statfs</c> tells.</summary>
    (long Bytes, long Files) Totals { get; }

    /// <summary>Describes a node by its inode number; false if there is none (a stale or forged number).</summary>
    bool TryGet(NodeId id, out Node node);

    /// <summary>Finds a child by its name in UTF-8, without the "." and ".." that a kernel also asks for; false if there is none.</summary>
    bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child);

    /// <summary>Finds a node by its path, <c>/</c> between names, with or without a leading one; the empty path is the root directory.</summary>
    bool TryResolve(ReadOnlySpan<char> path, out Node node);

    /// <summary>The directory a node is in; the root's is the root itself.</summary>
    NodeId Parent(NodeId id);

    /// <summary>The files that show a chunk: one in each root that has it; none for an address outside of the tree.</summary>
    IReadOnlyList<NodeId> NodesOf(in ChunkAddress address);

    /// <summary>Number of children of a directory.</summary>
    long ChildCount(NodeId directory);

    /// <summary>Gives child number <paramref name="index"/> of a directory and writes its name. Children that are called 0, 1, 2 … come last, in that order.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="index">From 0 to <see cref="ChildCount"/> − 1.</param>
    /// <param name="name">Takes the UTF-8 name; at least <see cref="VirtualTree.LongestName"/> bytes.</param>
    /// <param name="nameLength">Bytes written to <paramref name="name"/>.</param>
    Node Child(NodeId directory, long index, Span<byte> name, out int nameLength);

    /// <summary>The bytes of a <see cref="NodeKind.Document"/>.</summary>
    ReadOnlyMemory<byte> Document(NodeId id);

    /// <summary>The strong validator of a file's content, without quotes; changes with the source's fingerprint and the view's options.</summary>
    string ETag(in Node node);
}
