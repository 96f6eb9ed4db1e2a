using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Tree;

/// <summary>What a node of the tree is, as far as a face needs to know.</summary>
public readonly record struct Node
{
    /// <summary>Its inode number.</summary>
    public required NodeId Id { get; init; }

    /// <summary>Directory, document or chunk.</summary>
    public required NodeKind Kind { get; init; }

    /// <summary>Size in bytes, exact, known without computing anything; 0 for directories.</summary>
    public required long Size { get; init; }

    /// <summary>The source's newest modification time.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Number of the volume in the catalogue, or -1 for the root directory.</summary>
    public required int Volume { get; init; }

    /// <summary>
    /// Tells apart what has the same inode number in different runs: it stands for what is shown and how, but not for the state of its files. Who keeps
    /// handles of files for longer than a run, as an NFS server does, finds no other file with them after the configuration has changed.
    /// </summary>
    public uint Generation { get; init; }

    /// <summary>The chunk, for <see cref="NodeKind.Chunk"/>.</summary>
    public ChunkAddress Chunk { get; init; }

    /// <summary>True for directories.</summary>
    public bool IsDirectory => Kind == NodeKind.Directory;
}

/// <summary>The kinds of node a face tells apart.</summary>
public enum NodeKind
{
    /// <summary>A group, an array, or a directory of chunk keys.</summary>
    Directory,

    /// <summary>A metadata document, in memory.</summary>
    Document,

    /// <summary>A chunk, made when it is read.</summary>
    Chunk,
}
