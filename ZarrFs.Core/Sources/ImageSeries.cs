using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>One image of up to five dimensions, made of pages of one shape and type: what ImageJ's and OME's descriptions describe.</summary>
internal sealed record ImageSeries
{
    /// <summary>Its own name where the source has several images, else null.</summary>
    public string? Name { get; init; }

    /// <summary>Where each plane is.</summary>
    public required PlaneTable Planes { get; init; }

    /// <summary>The distance between voxel centres, or null where nothing is said.</summary>
    public VoxelSize? VoxelSize { get; init; }

    /// <summary>The time between time points, or null where nothing is said.</summary>
    public TimeStep? TimeStep { get; init; }

    /// <summary>What is said of each channel of the volume (samples of a pixel counted); may be empty.</summary>
    public IReadOnlyList<ChannelInfo> Channels { get; init; } = [];

    /// <summary>For people: how it was recognised (<c>ImageJ hyperstack</c>, <c>OME-TIFF</c>, <c>pages along z</c>).</summary>
    public required string Origin { get; init; }
}
