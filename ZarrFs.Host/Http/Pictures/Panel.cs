using ZarrFs.Core.Chunks;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http.Pictures;

/// <summary>
/// One slice of a level in a picture. Pixel i of n that show m voxels shows the one its middle lies in: number ⌊(2i + 1)·m / 2n⌋. Nothing is
/// averaged: what is seen are voxels.
/// </summary>
/// <param name="Axis">What the slice stands across.</param>
/// <param name="Level">Whose.</param>
/// <param name="Index">Which, in voxels of the level.</param>
/// <param name="Left">Its place in the picture.</param>
/// <param name="Top">Its place in the picture.</param>
/// <param name="Width">Its pixels.</param>
/// <param name="Height">Its pixels.</param>
internal sealed record Panel(PictureAxis Axis, LevelFacts Level, long Index, int Left, int Top, int Width, int Height)
{
    /// <summary>Voxels along its rows and its columns.</summary>
    public (long Columns, long Rows) Voxels => VoxelsOf(Axis, Level.Shape);

    /// <summary>Number of chunks that it takes of one channel.</summary>
    public long ChunkCount => (long)ChunksAlong(Voxels.Columns, Width, ChunkSize.Column).Length * ChunksAlong(Voxels.Rows, Height, ChunkSize.Row).Length;

    private (int Column, int Row) ChunkSize
    {
        get
        {
            (long columns, long rows) = VoxelsOf(Axis, new VolumeShape(Level.Chunk.Z, Level.Chunk.Y, Level.Chunk.X));
            return ((int)columns, (int)rows);
        }
    }

    /// <summary>Voxels of a slice of some shape along its rows and its columns.</summary>
    public static (long Columns, long Rows) VoxelsOf(PictureAxis axis, in VolumeShape shape) => axis switch
    {
        PictureAxis.Z => (shape.X, shape.Y),
        PictureAxis.Y => (shape.X, shape.Z),
        _ => (shape.Z, shape.Y),
    };

    /// <summary>Number of slices.</summary>
    public static long Depth(PictureAxis axis, in VolumeShape shape) => axis switch
    {
        PictureAxis.Z => shape.Z,
        PictureAxis.Y => shape.Y,
        _ => shape.X,
    };

    /// <summary>The voxel that a pixel shows.</summary>
    /// <param name="pixel">Its number.</param>
    /// <param name="pixels">How many there are.</param>
    /// <param name="voxels">How many voxels they show.</param>
    public static long VoxelAt(int pixel, int pixels, long voxels) => ((2 * (long)pixel) + 1) * voxels / (2 * (long)pixels);

    /// <summary>The chunks that it takes of one channel.</summary>
    public IEnumerable<ChunkAddress> Chunks(int volume, long t, long c)
    {
        long across = Index / (int)Depth(Axis, new VolumeShape(Level.Chunk.Z, Level.Chunk.Y, Level.Chunk.X));
        long[] columns = ChunksAlong(Voxels.Columns, Width, ChunkSize.Column);
        foreach (long row in ChunksAlong(Voxels.Rows, Height, ChunkSize.Row))
        {
            foreach (long column in columns)
            {
                yield return Axis switch
                {
                    PictureAxis.Z => new ChunkAddress(volume, Level.Index, t, c, across, row, column),
                    PictureAxis.Y => new ChunkAddress(volume, Level.Index, t, c, row, across, column),
                    _ => new ChunkAddress(volume, Level.Index, t, c, column, row, across),
                };
            }
        }
    }

    /// <summary>The pixels that show voxels from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public static (int First, int End) PixelsOf(long first, long end, int pixels, long voxels) =>
        (FirstAtOrAfter(first, pixels, voxels), FirstAtOrAfter(end, pixels, voxels));

    private static int FirstAtOrAfter(long voxel, int pixels, long voxels)
    {
        int low = 0, high = pixels;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (VoxelAt(middle, pixels, voxels) < voxel) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static long[] ChunksAlong(long voxels, int pixels, int chunk)
    {
        List<long> chunks = [];
        for (int i = 0; i < pixels; i++)
        {
            long index = VoxelAt(i, pixels, voxels) / chunk;
            if (chunks.Count == 0 || chunks[^1] != index) chunks.Add(index);
        }

        return [.. chunks];
    }
}
