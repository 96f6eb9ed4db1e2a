using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>
/// What levels take in a disk cache, at most: chunks that are all fill take nothing, but that is not known before. More than fits must not
/// be begun: a cache that is full lets chunks go, and the build would make them again for ever.
/// </summary>
public static class CacheSpace
{
    private const long Block = 4096;

    /// <summary>Bytes of all chunks of some levels.</summary>
    public static Int128 BytesOf(Multiscale volume, LevelSet levels)
    {
        Int128 bytes = 0;
        foreach (Level level in volume.Levels)
        {
            if (levels.Contains(level.Index)) bytes += BytesOf(volume, Chunks(level));
        }

        return bytes;
    }

    /// <summary>Bytes of so many chunks.</summary>
    public static Int128 BytesOf(Multiscale volume, long chunks) => (Int128)chunks * ((volume.ChunkBytes + Block - 1) / Block * Block);

    /// <summary>Chunks of a level, all channels and time points.</summary>
    public static long Chunks(Level level)
    {
        VolumeShape counts = level.Grid.Counts;
        return checked(counts.T * counts.C * counts.Z * counts.Y * counts.X);
    }

    /// <summary>The levels of a volume that are wanted and kept.</summary>
    public static LevelSet Kept(Multiscale volume, int number, LevelSet wanted, IChunkDisk disk)
    {
        LevelSet kept = wanted.Below(volume.Levels.Count);
        foreach (Level level in volume.Levels)
        {
            if (!disk.Keeps(number, level.Index)) kept = kept.Without(level.Index);
        }

        return kept;
    }

    /// <summary>What is left of the wanted levels of some volumes, none or some of each, when the largest is left out until all fit together.</summary>
    /// <param name="volumes">The volumes.</param>
    /// <param name="wanted">Levels of each.</param>
    /// <param name="limit">Bytes there are.</param>
    public static IReadOnlyList<LevelSet> Fit(IReadOnlyList<Multiscale> volumes, IReadOnlyList<LevelSet> wanted, long limit)
    {
        LevelSet[] levels = [.. wanted];
        while (Sum() > limit)
        {
            int largest = Enumerable.Range(0, levels.Length).MaxBy(i => BytesOf(volumes[i], Finest(i)));
            levels[largest] = levels[largest].Without(levels[largest].First);
        }

        return levels;

        Int128 Sum() => volumes.Select((volume, i) => BytesOf(volume, levels[i])).Aggregate(Int128.Zero, (sum, bytes) => sum + bytes);

        LevelSet Finest(int i) => levels[i].Below(levels[i].First + 1);
    }
}
