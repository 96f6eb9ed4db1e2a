using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http;

/// <summary>What people are told about a volume.</summary>
public sealed record VolumeFacts
{
    /// <summary>The name its roots are built from: <c>NAME.zarr</c>, <c>NAME.ome.zarr</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its number in the catalogue, and in the addresses of its chunks.</summary>
    public int Number { get; init; }

    /// <summary>The file or directory it is read from.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The source's kind, for people: <c>numbered slices</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Level 0, in voxels.</summary>
    public required VolumeShape Shape { get; init; }

    /// <summary>Type of a voxel.</summary>
    public required DataType DataType { get; init; }

    /// <summary>Whether voxels are labels, and no brightness: whoever wants coarser ones by majority says so.</summary>
    public bool IsLabels { get; init; }

    /// <summary>Distance between voxels at level 0.</summary>
    public required VoxelSize VoxelSize { get; init; }

    /// <summary>All levels, the finest first.</summary>
    public required IReadOnlyList<LevelFacts> Levels { get; init; }

    /// <summary>Missing and bad slices found so far.</summary>
    public IReadOnlyList<SourceProblem> Problems { get; init; } = [];

    /// <summary>What the source has besides, in words: thumbnails, pages of another shape.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Where the tree is mounted, if it is.</summary>
    public string? MountPath { get; init; }

    /// <summary>How each channel is displayed; at least one.</summary>
    public required IReadOnlyList<OmeroChannel> Channels { get; init; }

    /// <summary>The time between time points, if known.</summary>
    public TimeStep? TimeStep { get; init; }

    /// <summary>The time point and the channel that the Zarr v2 root shows.</summary>
    public LeadingIndex Leading { get; init; }

    /// <summary>How far its levels are built in the background; null where nothing is.</summary>
    public BuildStatus? Build { get; init; }

    /// <summary>Bytes of voxels that its source has given by now.</summary>
    public long BytesRead { get; init; }

    /// <summary>The same without a directory in it, for other machines: of paths only the last name is left, and of where it is mounted nothing.</summary>
    public VolumeFacts WithoutDirectories()
    {
        DirectoryRedaction redaction = new(SourcePath);
        return this with
        {
            SourcePath = DirectoryRedaction.LastName(SourcePath),
            MountPath = null,
            Problems = [.. Problems.Select(problem => problem with { Path = DirectoryRedaction.LastName(problem.Path), Message = redaction.Of(problem.Message) })],
            Others = [.. Others.Select(redaction.Of)],
            Build = Build is { State: BuildState.Failed } build ? build with { Reason = "the server's log says why" } : Build,
        };
    }
}
