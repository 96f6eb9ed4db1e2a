namespace ZarrFs.Core.Tree;

/// <summary>
/// The virtual tree: for each volume <c>NAME.zarr</c> (Zarr v2, OME-Zarr 0.4) and <c>NAME.ome.zarr</c> (Zarr v3, OME-Zarr 0.5).
/// Immutable, safe from any thread, allocation-free on the paths a kernel asks often. Knows nothing of FUSE or HTTP.
/// </summary>
public sealed class VirtualTree : IFileTree
{
    /// <summary>Longest name of any node, in UTF-8 bytes.</summary>
    public const int LongestName = 255;

    /// <summary>Describes a node by its inode number; false if there is none (a stale or forged number).</summary>
    public bool TryGet(NodeId id, out Node node) => throw new NotSupportedException();

    /// <summary>Finds a child by its name in UTF-8, without the "." and ".." that a kernel also asks for; false if there is none.</summary>
    public bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child) => throw new NotSupportedException();

    /// <summary>Finds a node by its path, <c>/</c> between names, with or without a leading one; the empty path is the root directory.</summary>
    public bool TryResolve(ReadOnlySpan<char> path, out Node node) => throw new NotSupportedException();

    /// <summary>The directory a node is in; the root's is the root itself.</summary>
    public NodeId Parent(NodeId id) => throw new NotSupportedException();

    /// <summary>Number of children of a directory.</summary>
    public long ChildCount(NodeId directory) => throw new NotSupportedException();

    /// <summary>Gives child number <paramref name="index"/> of a directory and writes its name.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="index">From 0 to <see cref="ChildCount"/> − 1.</param>
    /// <param name="name">Takes the UTF-8 name; at least <see cref="LongestName"/> bytes.</param>
    /// <param name="nameLength">Bytes written to <paramref name="name"/>.</param>
    public Node Child(NodeId directory, long index, Span<byte> name, out int nameLength) => throw new NotSupportedException();

    /// <summary>The bytes of a <see cref="NodeKind.Document"/>.</summary>
    public ReadOnlyMemory<byte> Document(NodeId id) => throw new NotSupportedException();

    /// <summary>The strong validator of a file's content, without quotes; changes with the source's fingerprint and the view's options.</summary>
    public string ETag(in Node node) => throw new NotSupportedException();

    /// <summary>Bytes of the volumes at all levels in both roots, and the number of files: what <c>statfs</c> tells.</summary>
    public (long Bytes, long Files) Totals => throw new NotSupportedException();
}
