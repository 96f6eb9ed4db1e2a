namespace ZarrFs.Core.Volumes;

/// <summary>Numbers of voxels along the five axes every volume has inside, <c>t c z y x</c>; an axis that a source lacks is 1.</summary>
public readonly record struct VolumeShape(long T, long C, long Z, long Y, long X)
{
    /// <summary>A single 3-D volume.</summary>
    public VolumeShape(long z, long y, long x)
        : this(1, 1, z, y, x)
    {
    }

    /// <summary>Number of voxels; overflows are an <see cref="OverflowException"/>.</summary>
    public long Count => checked(T * C * Z * Y * X);

    /// <summary>The next coarser level's shape: <c>ceil(n/2)</c> on z, y and x; t and c stay.</summary>
    public VolumeShape Halved() => new(T, C, (Z + 1) / 2, (Y + 1) / 2, (X + 1) / 2);

    /// <inheritdoc/>
    public override string ToString() => (T, C) switch
    {
        (1, 1) => $"{Z}×{Y}×{X} (z y x)",
        (1, _) => $"{C}×{Z}×{Y}×{X} (c z y x)",
        (_, 1) => $"{T}×{Z}×{Y}×{X} (t z y x)",
        _ => $"{T}×{C}×{Z}×{Y}×{X} (t c z y x)",
    };
}
