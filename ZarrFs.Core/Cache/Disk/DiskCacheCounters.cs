namespace ZarrFs.Core.Cache.Disk;

/// <summary>What a disk cache has done since it was opened.</summary>
public sealed class DiskCacheCounters
{
    private long _hits;
    private long _misses;
    private long _writes;
    private long _dropped;
    private long _failures;
    private long _damaged;
    private long _evicted;

    /// <summary>Chunks read or opened, empty ones too.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Chunks asked for that were not there.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Chunk files written.</summary>
    public long Writes => Interlocked.Read(ref _writes);

    /// <summary>Times that a chunk was offered and too many were waiting already: it is offered again while it is in memory.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Times that the disk failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Chunk files that were not what had been written.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Chunk files deleted to make room.</summary>
    public long Evicted => Interlocked.Read(ref _evicted);

    internal void AddHit() => Interlocked.Increment(ref _hits);

    internal void AddMiss() => Interlocked.Increment(ref _misses);

    internal void AddWrite() => Interlocked.Increment(ref _writes);

    internal void AddDropped() => Interlocked.Increment(ref _dropped);

    internal void AddFailure() => Interlocked.Increment(ref _failures);

    internal void AddDamaged() => Interlocked.Increment(ref _damaged);

    internal void AddEvicted(int files) => Interlocked.Add(ref _evicted, files);
}
