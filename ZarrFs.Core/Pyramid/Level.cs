using ZarrFs.Core.Chunks;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Pyramid;

/// <summary>One resolution of a multiscale: level n is level 0 halved n times.</summary>
/// <param name="Index">0 is full resolution.</param>
/// <param name="Grid">Its shape and chunks.</param>
public sealed record Level(int Index, ChunkGrid Grid)
{
    /// <summary>Voxels along t, c, z, y, x.</summary>
    public VolumeShape Shape => Grid.Shape;
}
