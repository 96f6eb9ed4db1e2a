namespace ZarrFs.Core.Sources.Zarr;

/// <summary>An axis as a multiscale of OME-Zarr describes it.</summary>
/// <param name="Name">Its name; <c>z</c>.</param>
/// <param name="Type"><c>space</c>, <c>time</c>, <c>channel</c>, or null where nothing is said.</param>
/// <param name="Unit">The long name of its unit, or null.</param>
internal sealed record OmeAxis(string Name, string? Type, string? Unit);
