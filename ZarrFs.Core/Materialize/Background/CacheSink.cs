using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>
/// Puts a builder's chunks into the disk cache. What the cache has already, also of levels that are not asked for, is not made again.
/// </summary>
/// <param name="volume">What is built.</param>
/// <param name="number">Its number in the cache.</param>
/// <param name="levels">Which of its levels.</param>
/// <param name="disk">The cache.</param>
/// <param name="counters">Told what is put there.</param>
/// <param name="made">Told of each chunk that has come into the cache. Called on the builder's threads.</param>
internal sealed class CacheSink(
    Multiscale volume, int number, LevelSet levels, IChunkDisk disk, BuildCounters counters, Action<ChunkAddress> made) : IChunkSink
{
    // With a kernel, a chunk that is kept may be made of parts of one that is not.
    private readonly bool _skips = volume.Method != DownsampleMethod.Gaussian;

    /// <summary>What is told when the cache does not keep what it is given.</summary>
    public static StoreException TakesNoMore() =>
        new("--cache", "the disk cache takes no more chunks; make room on its disk and see that it can be written (its log says more)");

    /// <inheritdoc/>
    public bool Takes(int level) => levels.Contains(level);

    /// <inheritdoc/>
    public ChunkState StateOf(in ChunkAddress address) => disk.StateOf(InCache(address)) switch
    {
        CachedState.Present => ChunkState.Written,
        CachedState.Empty => ChunkState.Empty,
        // Nothing that is made of it would be kept either, so it need not be read again and again.
        _ => _skips && !disk.Accepts(InCache(address)) ? ChunkState.Empty : ChunkState.Missing,
    };

    /// <inheritdoc/>
    public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        if (TryPut(address, raw)) counters.AddWritten(raw.Length);
    }

    /// <inheritdoc/>
    public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        for (int i = 0; i < empty.Length; i++)
        {
            if (empty[i] && disk.StateOf(InCache(run[i])) == CachedState.Missing) TryPut(run[i], []);
        }
    }

    /// <inheritdoc/>
    public void Load(in ChunkAddress address, Span<byte> raw)
    {
        if (disk.TryRead(InCache(address), raw) != CachedState.Missing) return;
        throw new LostChunkException($"a chunk of level {address.Level} of '{volume.Name}' was damaged or taken away");
    }

    /// <returns>False if it is not to be kept, or cannot be, which does not stand in the way of others.</returns>
    private bool TryPut(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        ChunkAddress cached = InCache(address);
        if (!disk.Accepts(cached)) return false;
        // Asked again: that a slice is bad or has changed may have been found meanwhile.
        if (!disk.TryPut(cached, raw)) return disk.Accepts(cached) && !disk.IsTaken(cached) ? throw TakesNoMore() : false;
        made(cached);
        return true;
    }

    private ChunkAddress InCache(in ChunkAddress address) => address with { Volume = number };
}
