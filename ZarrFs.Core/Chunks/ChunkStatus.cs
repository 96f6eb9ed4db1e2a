namespace ZarrFs.Core.Chunks;

/// <summary>What a chunk's bytes are.</summary>
public enum ChunkStatus
{
    /// <summary>Exact: they change only if the source does.</summary>
    Final,

    /// <summary>A preview, made from some of the source's voxels because all of them would take too long.</summary>
    Provisional,
}
