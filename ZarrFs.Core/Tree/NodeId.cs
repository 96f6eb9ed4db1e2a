namespace ZarrFs.Core.Tree;

/// <summary>
/// The 64-bit inode number of a node, computed from what the node is (volume, root, level, kind, indices): no table is kept, and it is
/// the same after a restart. The mount's root is 1, as the kernel wants it.
/// </summary>
public readonly record struct NodeId(ulong Value)
{
    /// <summary>The root directory of the mount.</summary>
    public static NodeId Root { get; } = new(1);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x16}";
}
