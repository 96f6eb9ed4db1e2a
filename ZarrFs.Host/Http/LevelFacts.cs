using ZarrFs.Core.Chunks;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http;

/// <summary>What people are told about a level of a volume.</summary>
/// <param name="Index">0 is the finest.</param>
/// <param name="Shape">In voxels.</param>
/// <param name="Chunk">Of one chunk, in voxels.</param>
/// <param name="Grid">Number of chunks along each axis.</param>
public sealed record LevelFacts(int Index, VolumeShape Shape, ChunkShape Chunk, VolumeShape Grid);
