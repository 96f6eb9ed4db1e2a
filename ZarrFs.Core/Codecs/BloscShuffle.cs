namespace ZarrFs.Core.Codecs;

/// <summary>What blosc does to the voxels before it compresses them; the numbers are those of Zarr v2.</summary>
public enum BloscShuffle
{
    /// <summary>Nothing.</summary>
    NoShuffle = 0,

    /// <summary>First bytes of all voxels together, then second ones, and so on. Nothing for voxels of one byte.</summary>
    Shuffle = 1,

    /// <summary>First bits of all voxels together, and so on.</summary>
    BitShuffle = 2,
}
