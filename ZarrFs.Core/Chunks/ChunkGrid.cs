using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>The regular grid of chunks over one level: how many there are along each axis, and which voxels each holds.</summary>
public readonly record struct ChunkGrid
{
    /// <param name="shape">Voxels of the level.</param>
    /// <param name="chunk">Voxels of a chunk.</param>
    public ChunkGrid(in VolumeShape shape, ChunkShape chunk)
    {
        Shape = shape;
        Chunk = chunk;
        Counts = shape with
        {
            Z = Ceiling(shape.Z, chunk.Z),
            Y = Ceiling(shape.Y, chunk.Y),
            X = Ceiling(shape.X, chunk.X),
        };
    }

    /// <summary>Voxels of the level along t, c, z, y, x.</summary>
    public VolumeShape Shape { get; }

    /// <summary>Voxels of a chunk.</summary>
    public ChunkShape Chunk { get; }

    /// <summary>Chunks along t, c, z, y, x.</summary>
    public VolumeShape Counts { get; }

    /// <summary>True if the grid has this chunk.</summary>
    public bool Contains(in ChunkAddress address) =>
        (ulong)address.T < (ulong)Counts.T && (ulong)address.C < (ulong)Counts.C
        && (ulong)address.Z < (ulong)Counts.Z && (ulong)address.Y < (ulong)Counts.Y && (ulong)address.X < (ulong)Counts.X;

    /// <summary>The voxels of a chunk that exist; at the far edges fewer than a chunk has.</summary>
    public Region Region(in ChunkAddress address)
    {
        long z = address.Z * Chunk.Z, y = address.Y * Chunk.Y, x = address.X * Chunk.X;
        return new Region(
            address.T, address.C, z, y, x,
            (int)Math.Min(Chunk.Z, Shape.Z - z), (int)Math.Min(Chunk.Y, Shape.Y - y), (int)Math.Min(Chunk.X, Shape.X - x));
    }

    private static long Ceiling(long voxels, int chunk) => (voxels + chunk - 1) / chunk;
}
