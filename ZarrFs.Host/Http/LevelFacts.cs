using ZarrFs.Core.Chunks;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http;

/// <summary>What people are told about a level of a volume.</summary>
/// <param name="Index">0 is the finest.</param>
/// <param name="Shape">In voxels.</param>
/// <param name="Chunk">Of one chunk, in voxels.</param>
/// <param name="Grid">Number of chunks along each axis.</param>
public sealed record LevelFacts(int Index, VolumeShape Shape, ChunkShape Chunk, VolumeShape Grid)
{
    /// <summary>Chunks whose exact bytes are in the disk cache, all fill or not; null where the level is not kept there.</summary>
    public long? Final { get; init; }

    /// <summary>Chunks that somebody has a preview of, and whose exact bytes have not come since.</summary>
    public long Provisional { get; init; }

    /// <summary>Number of chunks.</summary>
    public long Chunks => Grid.Count;

    /// <summary>Share of the chunks that is final, from 0 to 1; null where the level is not kept.</summary>
    public double? FinalShare => Final is { } final && Chunks > 0 ? Math.Min(1, (double)final / Chunks) : null;
}
