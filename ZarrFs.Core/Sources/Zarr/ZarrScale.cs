using ZarrFs.Core.Tiff.Descriptions;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>What OME-Zarr says of the distances between a level's voxels and time points.</summary>
/// <param name="Voxel">Null where it says nothing: no unit, and 1 along all axes.</param>
/// <param name="Time">The same for time.</param>
internal readonly record struct ZarrScale(VoxelSize? Voxel, TimeStep? Time)
{
    /// <summary>The scale of a dataset, and that of the multiscale after it. Without a unit that all axes share, x's is taken.</summary>
    public static ZarrScale Of(ArrayAxes axes, OmeMultiscale? image, int level)
    {
        if (image is null) return default;
        OmeDataset dataset = image.Datasets[level];
        string? unit = Unit(ArrayAxes.X) ?? Unit(ArrayAxes.Y);
        VoxelSize voxel = new(Spatial(ArrayAxes.Z), Spatial(ArrayAxes.Y), Spatial(ArrayAxes.X), unit);
        double step = Step(ArrayAxes.T);
        string? timeUnit = axes.Pick([.. image.Axes.Select(static axis => axis.Unit)], ArrayAxes.T, null);
        return new ZarrScale(
            voxel == Volumes.VoxelSize.None || !voxel.IsValid ? null : voxel,
            axes[ArrayAxes.T] == ArrayAxes.None || (step == 1 && timeUnit is null) || !double.IsFinite(step) || step <= 0 ? null : new TimeStep(step, timeUnit));

        double Step(int axis) => axes.Pick(dataset.Scale, axis, 1) * axes.Pick(image.Scale, axis, 1);

        string? Unit(int axis)
        {
            string? stated = axes.Pick([.. image.Axes.Select(static a => a.Unit)], axis, null);
            return LengthUnit.IsName(stated) ? stated : null;
        }

        double Spatial(int axis) => Unit(axis) is { } own && unit is not null ? Step(axis) * LengthUnit.Factor(own, unit) : Step(axis);
    }
}
