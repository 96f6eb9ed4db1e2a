namespace ZarrFs.Core.Sources.Zarr;

/// <summary>One level of a multiscale.</summary>
/// <param name="Path">Its array, below the group.</param>
/// <param name="Scale">The distance between its voxels along each axis; empty where nothing is said.</param>
/// <param name="Translation">Where its first voxel is; empty where nothing is said.</param>
internal sealed record OmeDataset(string Path, IReadOnlyList<double> Scale, IReadOnlyList<double> Translation);
