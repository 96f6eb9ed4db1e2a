namespace ZarrFs.Core.Chunks;

/// <summary>Voxels of one chunk along z, y, x. Along t and c a chunk is 1.</summary>
public readonly record struct ChunkShape(int Z, int Y, int X)
{
    /// <summary>Number of voxels, as a long because the product of three ints may exceed one.</summary>
    public long Count => (long)Z * Y * X;

    /// <inheritdoc/>
    public override string ToString() => Z == Y && Y == X ? $"{Z}³" : $"{Z}×{Y}×{X}";
}
