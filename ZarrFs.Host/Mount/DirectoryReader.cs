using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Mount;

/// <summary>
/// Fills READDIR and READDIRPLUS replies. A position in a directory is the number of entries before it: ".", "..", then the children in
/// the tree's order; so it stays good for any length of time, and across restarts.
/// </summary>
internal sealed class DirectoryReader
{
    private readonly IFileTree _tree;
    private readonly NodeAttributes _attributes;

    public DirectoryReader(IFileTree tree, NodeAttributes attributes)
    {
        _tree = tree;
        _attributes = attributes;
    }

    /// <summary>Writes as many entries as fit.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="withAttributes">True for READDIRPLUS.</param>
    /// <param name="reply">Takes the entries.</param>
    /// <returns>Bytes written; 0 at the end.</returns>
    public int Fill(in Node directory, ulong position, bool withAttributes, Span<byte> reply)
    {
        Span<byte> name = stackalloc byte[VirtualTree.LongestName];
        IFileTree tree = _tree.Now;
        ulong count = (ulong)tree.ChildCount(directory.Id) + 2;
        int used = 0;
        for (; position < count; position++)
        {
            Node node = Entry(tree, directory, position, name, out int nameLength);
            int written = Write(reply[used..], node, position, name[..nameLength], withAttributes);
            if (written == 0) break;
            used += written;
        }

        return used;
    }

    private static Node Entry(IFileTree tree, in Node directory, ulong position, Span<byte> name, out int nameLength)
    {
        if (position >= 2) return tree.Child(directory.Id, (long)(position - 2), name, out nameLength);
        name[..2].Fill((byte)'.');
        nameLength = (int)position + 1;
        return position == 0 ? directory : directory with { Id = tree.Parent(directory.Id) };
    }

    private int Write(Span<byte> target, in Node node, ulong position, ReadOnlySpan<byte> name, bool withAttributes)
    {
        int direntAt = withAttributes ? Unsafe.SizeOf<FuseEntryOut>() : 0;
        int nameAt = direntAt + Unsafe.SizeOf<FuseDirent>();
        int length = (nameAt + name.Length + 7) & ~7;
        if (length > target.Length) return 0;

        if (withAttributes)
        {
            // "." and ".." are not looked up by listing them: number 0 says that the rest is not to be used.
            FuseEntryOut entry = position >= 2 ? _attributes.Entry(node) : default;
            MemoryMarshal.Write(target, entry);
        }

        var dirent = new FuseDirent
        {
            Ino = node.Id.Value,
            Off = position + 1,
            NameLen = (uint)name.Length,
            Type = node.IsDirectory ? FuseProtocol.DirentDirectory : FuseProtocol.DirentFile,
        };
        MemoryMarshal.Write(target[direntAt..], dirent);
        name.CopyTo(target[nameAt..]);
        target[(nameAt + name.Length)..length].Clear();
        return length;
    }
}
