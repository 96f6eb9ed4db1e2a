namespace ZarrFs.Core.Volumes;

/// <summary>The distance between voxel centres along z, y, x, in <see cref="Unit"/>.</summary>
/// <param name="Z">Along z; finite and positive.</param>
/// <param name="Y">Along y; finite and positive.</param>
/// <param name="X">Along x; finite and positive.</param>
/// <param name="Unit">The long name OME-Zarr wants (<c>micrometer</c>), or null where the source names none.</param>
public readonly record struct VoxelSize(double Z, double Y, double X, string? Unit)
{
    /// <summary>One voxel, no unit: what a source without any calibration has.</summary>
    public static VoxelSize None { get; } = new(1, 1, 1, null);

    /// <summary>The same along all axes, in micrometres: what a volpkg's <c>meta.json</c> gives.</summary>
    public static VoxelSize Micrometers(double size) => new(size, size, size, "micrometer");

    /// <summary>True if the three sizes are equal.</summary>
    public bool IsIsotropic => Z == Y && Y == X;

    /// <summary>True if the three sizes are finite and positive, as a scale must be.</summary>
    public bool IsValid => double.IsFinite(Z) && double.IsFinite(Y) && double.IsFinite(X) && Z > 0 && Y > 0 && X > 0;
}
