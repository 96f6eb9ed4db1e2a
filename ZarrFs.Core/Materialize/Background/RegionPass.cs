using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>
/// Has those chunks made and kept that hold voxels of a box: for a part to be taken along. They are made as for a reader, since of a large
/// volume a walk through all of it would be far more.
/// </summary>
public sealed class RegionPass
{
    private readonly Multiscale _volume;
    private readonly int _number;
    private readonly VolumeRanges _box;

    /// <param name="volume">The volume.</param>
    /// <param name="number">Its number in the cache, and for the reader of chunks.</param>
    /// <param name="levels">Which of its levels, all of them kept by the cache.</param>
    /// <param name="box">Which voxels, in those of level 0.</param>
    public RegionPass(Multiscale volume, int number, LevelSet levels, VolumeRanges box)
    {
        _volume = volume;
        _number = number;
        _box = box;
        Levels = levels.Below(volume.Levels.Count);
        Counters.TotalVoxelBytes = checked(Chunks * volume.ChunkBytes);
    }

    /// <summary>How far it is, in bytes of chunks; may be read at any time.</summary>
    public BuildCounters Counters { get; } = new();

    /// <summary>Which levels.</summary>
    public LevelSet Levels { get; }

    /// <summary>Number of chunks, all channels and time points.</summary>
    public long Chunks => Boxes().Sum(box => box.T * box.C * box.Count);

    /// <summary>Bytes of voxels of level 0 that all these chunks are made of: of a coarse level far more than the box has.</summary>
    public Int128 SourceBytes
    {
        get
        {
            // The coarsest level's chunks hold those of all others.
            LevelBox coarsest = Boxes().Last();
            VolumeShape shape = _volume.Volume.Shape;
            return (Int128)coarsest.T * coarsest.C * _volume.Volume.DataType.Size()
                * Extent(coarsest.FirstZ, coarsest.EndZ, _volume.Chunk.Z, shape.Z) * Extent(coarsest.FirstY, coarsest.EndY, _volume.Chunk.Y, shape.Y)
                * Extent(coarsest.FirstX, coarsest.EndX, _volume.Chunk.X, shape.X);

            long Extent(long first, long end, int chunk, long limit) => Math.Min(limit, (end * chunk) << coarsest.Level) - ((first * chunk) << coarsest.Level);
        }
    }

    /// <summary>Number of chunks that a cache lacks.</summary>
    public long MissingIn(IChunkDisk disk) => Boxes().SelectMany(box => box.Addresses(_number)).LongCount(address => disk.StateOf(address) == CachedState.Missing);

    /// <summary>Has every chunk made that the cache lacks, the finest level first: those above are made of it.</summary>
    /// <param name="reader">Makes exact chunks; reads the cache, and is not to offer it what it makes by the way (<see cref="ReadingDisk"/>).</param>
    /// <param name="disk">The cache.</param>
    /// <param name="together">How many are asked for at once.</param>
    /// <param name="cancellationToken">Stops it; what was made by then is kept.</param>
    /// <exception cref="SourceException">The source failed.</exception>
    /// <exception cref="StoreException">The cache takes no more chunks.</exception>
    public async Task RunAsync(IChunkReader reader, IChunkDisk disk, int together, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = together, CancellationToken = cancellationToken };
        foreach (LevelBox box in Boxes())
        {
            await Parallel.ForEachAsync(box.Addresses(_number), options, async (address, stop) =>
            {
                if (disk.StateOf(address) != CachedState.Missing)
                {
                    Counters.SkipVoxels(_volume.ChunkBytes);
                    return;
                }

                Counters.Place = $"level {address.Level}";
                using Lease lease = await reader.GetAsync(address, stop);
                Counters.AddVoxels(_volume.ChunkBytes);
                bool empty = Zeros.IsAllZero(lease.Span);
                if (!disk.Accepts(address)) return;

                // The reader may keep chunks of its own accord.
                if (disk.StateOf(address) == CachedState.Missing && !disk.TryPut(address, empty ? default : lease.Span))
                {
                    if (disk.Accepts(address) && !disk.IsTaken(address)) throw CacheSink.TakesNoMore();
                    return;
                }

                if (empty) Counters.AddEmpty();
                else Counters.AddWritten(lease.Span.Length);
            });
        }
    }

    /// <summary>For each level the chunks that hold voxels of the box, the finest first.</summary>
    private IEnumerable<LevelBox> Boxes()
    {
        (long z, long y, long x, VolumeShape size) = _box.Apply(_volume.Volume.Shape, "--region");
        foreach (Level level in _volume.Levels.Where(level => Levels.Contains(level.Index)))
        {
            ChunkShape chunk = _volume.Chunk;
            yield return new LevelBox(
                level.Index, size.T, size.C, First(z, chunk.Z), End(z + size.Z, chunk.Z), First(y, chunk.Y), End(y + size.Y, chunk.Y), First(x, chunk.X), End(x + size.X, chunk.X));

            long First(long voxel, int length) => (voxel >> level.Index) / length;

            long End(long voxel, int length) => (((voxel - 1) >> level.Index) / length) + 1;
        }
    }

    private readonly record struct LevelBox(int Level, long T, long C, long FirstZ, long EndZ, long FirstY, long EndY, long FirstX, long EndX)
    {
        public long Count => (EndZ - FirstZ) * (EndY - FirstY) * (EndX - FirstX);

        public IEnumerable<ChunkAddress> Addresses(int number)
        {
            for (long t = 0; t < T; t++)
            {
                for (long c = 0; c < C; c++)
                {
                    for (long z = FirstZ; z < EndZ; z++)
                    {
                        for (long y = FirstY; y < EndY; y++)
                        {
                            for (long x = FirstX; x < EndX; x++) yield return new ChunkAddress(number, Level, t, c, z, y, x);
                        }
                    }
                }
            }
        }
    }
}
