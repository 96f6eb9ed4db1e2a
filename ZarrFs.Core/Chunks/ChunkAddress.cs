namespace ZarrFs.Core.Chunks;

/// <summary>One chunk: the volume's number in the catalogue, the level, and the chunk's index along t, c, z, y, x.</summary>
public readonly record struct ChunkAddress(int Volume, int Level, long T, long C, long Z, long Y, long X)
{
    /// <summary>True for the chunk's preview, which is a chunk of its own to all that makes and keeps chunks. Never true outside <see cref="ChunkStore"/>.</summary>
    public bool IsPreview { get; init; }
}
