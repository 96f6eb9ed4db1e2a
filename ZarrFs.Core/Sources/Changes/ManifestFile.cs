using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Changes;

/// <summary>A file of a source as it was at some time.</summary>
/// <param name="Name">Its path below the source.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Modified">The time of its last change in ticks, UTC.</param>
/// <param name="Box">The voxels that come from it.</param>
public sealed record ManifestFile(string Name, long Size, long Modified, VoxelBox Box);
