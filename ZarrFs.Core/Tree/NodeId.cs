namespace ZarrFs.Core.Tree;

/// <summary>
/// The 64-bit inode number of a node, computed from what the node is (volume, root, level, kind, indices): no table is kept, and it is
/// the same after a restart. The mount's root is 1, as the kernel wants it.
/// </summary>
public readonly record struct NodeId(ulong Value)
{
    internal const int MostVolumes = 1 << 10;
    internal const int MostLevels = 1 << 5;
    internal const long MostIndices = 1L << 42;

    // kind 3 | volume 10 | dialect 1 | level 5 | depth 3 | index 42
    private const int KindShift = 61;
    private const int VolumeShift = 51;
    private const int DialectShift = 50;
    private const int LevelShift = 45;
    private const int DepthShift = 42;

    internal NodeId(NodePlace place, int volume, int dialect, int level = 0, int depth = 0, long index = 0)
        : this(((ulong)place << KindShift) | ((ulong)volume << VolumeShift) | ((ulong)dialect << DialectShift) | ((ulong)level << LevelShift)
            | ((ulong)depth << DepthShift) | (ulong)index)
    {
    }

    /// <summary>The root directory of the mount.</summary>
    public static NodeId Root { get; } = new(1);

    internal NodePlace Place => (NodePlace)(Value >> KindShift);

    internal int Volume => (int)(Value >> VolumeShift) & (MostVolumes - 1);

    internal int Dialect => (int)(Value >> DialectShift) & 1;

    internal int Level => (int)(Value >> LevelShift) & (MostLevels - 1);

    /// <summary>For a key directory, how many indices its path has; for the others 0.</summary>
    internal int Depth => (int)(Value >> DepthShift) & 7;

    /// <summary>The number of a document in its directory, or the linear number of a chunk or key directory among those of its depth.</summary>
    internal long Index => (long)(Value & (MostIndices - 1));

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x16}";
}

/// <summary>Where in the tree a node is.</summary>
internal enum NodePlace
{
    Root = 0,
    Group = 1,
    GroupDocument = 2,
    Array = 3,
    ArrayDocument = 4,
    Keys = 5,
    Chunk = 6,
}
