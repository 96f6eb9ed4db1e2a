using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>Which of the source's voxels go into a chunk, and into which chunks a box of the source's voxels goes.</summary>
internal static class ChunkFeed
{
    /// <summary>The box of the source's voxels that a chunk is made of, all levels below counted; it may reach beyond the source.</summary>
    public static VoxelBox Of(Multiscale multiscale, in ChunkAddress address)
    {
        Volume volume = multiscale.Volume;
        (long firstZ, long endZ) = Axis(multiscale, address.Level, address.Z, multiscale.Chunk.Z, static shape => shape.Z);
        (long firstY, long endY) = Axis(multiscale, address.Level, address.Y, multiscale.Chunk.Y, static shape => shape.Y);
        (long firstX, long endX) = Axis(multiscale, address.Level, address.X, multiscale.Chunk.X, static shape => shape.X);
        return new VoxelBox(
            address.T, address.T + 1, address.C, address.C + 1, firstZ + volume.OriginZ, endZ + volume.OriginZ,
            firstY + volume.OriginY, endY + volume.OriginY, firstX + volume.OriginX, endX + volume.OriginX);
    }

    /// <summary>Every chunk of every level that voxels of the box go into.</summary>
    /// <param name="multiscale">Whose chunks.</param>
    /// <param name="number">The volume's number.</param>
    /// <param name="box">In the source.</param>
    public static IEnumerable<ChunkAddress> FedBy(Multiscale multiscale, int number, VoxelBox box)
    {
        Volume volume = multiscale.Volume;
        bool smooth = multiscale.Method == DownsampleMethod.Gaussian;
        (long First, long End) z = (box.FirstZ - volume.OriginZ, Less(box.EndZ, volume.OriginZ));
        (long First, long End) y = (box.FirstY - volume.OriginY, Less(box.EndY, volume.OriginY));
        (long First, long End) x = (box.FirstX - volume.OriginX, Less(box.EndX, volume.OriginX));
        foreach (Level level in multiscale.Levels)
        {
            if (level.Index > 0) (z, y, x) = (Up(z, smooth), Up(y, smooth), Up(x, smooth));
            VolumeShape shape = level.Shape;
            (z, y, x) = (Within(z, shape.Z), Within(y, shape.Y), Within(x, shape.X));
            if (z.First >= z.End || y.First >= y.End || x.First >= x.End) yield break;
            ChunkShape chunk = multiscale.Chunk;
            for (long t = Math.Max(0, box.FirstT); t < Math.Min(box.EndT, shape.T); t++)
            {
                for (long c = Math.Max(0, box.FirstC); c < Math.Min(box.EndC, shape.C); c++)
                {
                    for (long i = z.First / chunk.Z; i <= (z.End - 1) / chunk.Z; i++)
                    {
                        for (long j = y.First / chunk.Y; j <= (y.End - 1) / chunk.Y; j++)
                        {
                            for (long k = x.First / chunk.X; k <= (x.End - 1) / chunk.X; k++) yield return new ChunkAddress(number, level.Index, t, c, i, j, k);
                        }
                    }
                }
            }
        }
    }

    private static (long First, long End) Axis(Multiscale multiscale, int level, long index, int chunk, Func<VolumeShape, long> length)
    {
        long first = index * chunk, end = Math.Min(first + chunk, length(multiscale.Levels[level].Shape));
        for (int below = level - 1; below >= 0; below--)
        {
            long voxels = length(multiscale.Levels[below].Shape);
            (first, end) = multiscale.Method == DownsampleMethod.Gaussian
                ? (GaussianTaps.First(first), GaussianTaps.End(end, voxels))
                : (2 * first, Math.Min(2 * end, voxels));
        }

        return (first, end);
    }

    /// <summary>The voxels of the next level that are made of some of one, along one axis: i is made of 2i and 2i + 1, or of two more at either side.</summary>
    private static (long First, long End) Up((long First, long End) span, bool smooth)
    {
        int reach = smooth ? GaussianTaps.Reach : 0;
        return (Math.Max(0, span.First - reach) / 2, (span.End - 1 + reach) / 2 + 1);
    }

    private static (long First, long End) Within((long First, long End) span, long length) => (Math.Max(0, span.First), Math.Min(span.End, length));

    private static long Less(long end, long origin) => end == long.MaxValue ? end : end - origin;
}
