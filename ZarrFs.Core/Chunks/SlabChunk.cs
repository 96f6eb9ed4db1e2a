using ZarrFs.Core.Cache;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>One chunk of a slab on its way: into a buffer, or into the scratch where there is no room in memory.</summary>
internal sealed class SlabChunk(Region region)
{
    private volatile bool _hasVoxels;

    /// <summary>Its voxels that exist.</summary>
    public Region Region => region;

    public ChunkBuffer? Buffer { get; set; }

    public IScratchPlace? Slot { get; set; }

    /// <summary>True if any voxel is not fill. Noted while the voxels are in the processor's cache; a look at the end would fetch all of them again.</summary>
    public bool HasVoxels => _hasVoxels;

    /// <summary>Only ever from false to true: other planes are looked at at the same time.</summary>
    public void MarkVoxels() => _hasVoxels = true;
}
