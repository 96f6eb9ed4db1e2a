namespace ZarrFs.Core.Volumes;

/// <summary>The time from one time point to the next; finite and positive.</summary>
/// <param name="Step">In <paramref name="Unit"/>.</param>
/// <param name="Unit">OME-Zarr's long name (<c>second</c>, <c>millisecond</c>), or null where the source names none.</param>
public readonly record struct TimeStep(double Step, string? Unit);
