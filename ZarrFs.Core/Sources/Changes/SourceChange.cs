using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Changes;

/// <summary>A file that is no longer as its source knows it. Two looks that find the same give equal ones.</summary>
/// <param name="Path">The file.</param>
/// <param name="Kind">What has become of it.</param>
/// <param name="Box">The voxels that come from it.</param>
public sealed record SourceChange(string Path, SourceChangeKind Kind, VoxelBox Box)
{
    /// <summary>Its bytes now; −1 if it is gone.</summary>
    public long Size { get; init; } = -1;

    /// <summary>The time of its last change, UTC.</summary>
    public DateTime Modified { get; init; }

    /// <summary>The file as the source knows it.</summary>
    internal SourceFile? File { get; init; }
}
