using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>One walk through a volume that makes what the disk cache lacks of its levels, and reads each voxel of the source that this takes once.</summary>
/// <param name="volume">What is built.</param>
/// <param name="number">Its number in the cache.</param>
/// <param name="levels">Which of its levels, all of them kept by the cache.</param>
/// <param name="disk">The cache.</param>
public sealed class CachePass(Multiscale volume, int number, LevelSet levels, IChunkDisk disk)
{
    // Chunks that are gone when they are read back are few: what was being written at a kill, a damaged disk, another process on the cache.
    private const int MostWalks = 1000;

    /// <summary>How far it is; may be read at any time.</summary>
    public BuildCounters Counters { get; private set; } = new();

    /// <summary>Which levels.</summary>
    public LevelSet Levels => levels;

    /// <summary>What is built: all channels and time points.</summary>
    public static BuildScope Scope(Multiscale volume) => new(volume, OnlyLeading: false);

    /// <summary>Makes what is missing.</summary>
    /// <param name="plan">How; its memory comes from <paramref name="pool"/>.</param>
    /// <param name="pool">Where all buffers come from.</param>
    /// <param name="made">Told of each chunk that has come into the cache, on the builder's threads.</param>
    /// <param name="pace">Holds it up; null for never.</param>
    /// <param name="cancellationToken">Stops it; what was made by then is kept.</param>
    /// <exception cref="SourceException">The source failed.</exception>
    /// <exception cref="StoreException">The cache takes no more chunks.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(
        BuildPlan plan, BufferPool pool, Action<ChunkAddress>? made = null, IPace? pace = null, CancellationToken cancellationToken = default)
    {
        for (int walk = 1; ; walk++)
        {
            var counters = new BuildCounters();
            Counters = counters;
            var sink = new CacheSink(volume, number, levels, disk, counters, made ?? (_ => { }));
            try
            {
                // Whoever stops it wants to go; what is queued then is made again.
                PyramidBuilder.Run(plan, pool, sink, counters, cancellationToken, pace, writesQueued: false);
                return;
            }
            catch (LostChunkException failure)
            {
                // Again, with what is known now; it is seen early, since what was there is read back first.
                if (walk == MostWalks) throw new StoreException("--cache", $"{failure.Message}, and so were {MostWalks - 1} others before; see that its disk is sound, and that nothing else deletes files there", failure);
            }
        }
    }
}
