using Microsoft.Extensions.Caching.Memory;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Cache;

/// <summary>
/// Finished chunks in memory, least recently used first to go, under the <see cref="BufferPool"/>'s budget: the pool asks for room, the
/// cache lets chunks go. A chunk that is all fill costs no memory: one shared block of zeros stands for all of its length.
/// </summary>
public sealed class ChunkCache : IDisposable
{
    // Chunks of fill and very small ones cost more in keys and links than in buffers. That memory is not the pool's, so it is bounded here:
    // every entry counts as at least this part of the budget.
    private const int MostEntries = 1 << 17;

    // At least a tenth goes at a time: compaction sorts all entries, so asking for one chunk each time would sort for each chunk.
    private const int ReclaimedPart = 10;

    private readonly BufferPool _pool;
    private readonly MemoryCache _entries;
    private readonly Dictionary<int, ChunkBuffer> _zeros = [];
    private readonly Lock _reclaiming = new();
    private readonly PostEvictionDelegate _evicted;
    private long _held;

    /// <param name="pool">Where the chunks' buffers come from; its <see cref="BufferPool.Reclaim"/> is set.</param>
    public ChunkCache(BufferPool pool)
    {
        _pool = pool;
        _evicted = OnEvicted;
        _entries = new MemoryCache(new MemoryCacheOptions
        {
            SizeLimit = pool.Budget,
            ExpirationScanFrequency = TimeSpan.FromDays(1), // nothing ever expires
            TrackStatistics = true, // for the estimated size
        });
        pool.Reclaim = Reclaim;
    }

    /// <summary>Number of chunks held.</summary>
    public int Count => _entries.Count;

    /// <summary>Gives a lease on a chunk if it is held.</summary>
    public bool TryGet(in ChunkAddress address, out Lease lease)
    {
        // Null from TryTake: evicted between the two calls, which is a miss like any other.
        if (_entries.TryGetValue(address, out ChunkBuffer? buffer) && Lease.TryTake(buffer!) is { } taken)
        {
            lease = taken;
            return true;
        }

        lease = null!;
        return false;
    }

    /// <summary>True if the chunk is held just now.</summary>
    public bool Contains(in ChunkAddress address) => _entries.TryGetValue(address, out _);

    /// <summary>Keeps a finished chunk; the cache takes a reference of its own.</summary>
    /// <param name="address">The chunk.</param>
    /// <param name="buffer">Its bytes.</param>
    public void Add(in ChunkAddress address, ChunkBuffer buffer)
    {
        if (!buffer.TryAddReference()) throw new InvalidOperationException("a chunk was offered to the cache after its last reference went");
        Interlocked.Increment(ref _held);
        using ICacheEntry entry = _entries.CreateEntry(address);
        entry.Value = buffer;
        entry.Size = Math.Max(ReferenceEquals(buffer, Zeros(buffer.Length)) ? 0 : SizeClass.BytesOf(buffer.Length), _pool.Budget / MostEntries);
        entry.PostEvictionCallbacks.Add(new PostEvictionCallbackRegistration { EvictionCallback = _evicted });
    }

    /// <summary>The block that stands for every all-fill chunk of this length. It is never returned to the pool.</summary>
    public ChunkBuffer Zeros(int length)
    {
        lock (_zeros)
        {
            if (!_zeros.TryGetValue(length, out ChunkBuffer? zeros)) _zeros.Add(length, zeros = ChunkBuffer.Zeros(length));
            return zeros;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The MemoryCache itself is not disposed, which would only free what is cleared here: a late reader finds a miss, not an error.
        _pool.Reclaim = null;
        _entries.Clear();
        WaitForEvictions();
    }

    private bool Reclaim(long bytes)
    {
        lock (_reclaiming)
        {
            int count = _entries.Count;
            if (count == 0) return WaitForEvictions();

            // Compact takes a share of the number of entries, whatever their sizes, and rounds it down: without the half, a share of
            // "one of three" lets nothing go, for ever.
            long average = Math.Max(1, (_entries.GetCurrentStatistics()?.CurrentEstimatedSize ?? 1) / count);
            long victims = Math.Max((bytes + average - 1) / average, (count + ReclaimedPart - 1) / ReclaimedPart);
            _entries.Compact(Math.Min(1, (victims + 0.5) / count));
            WaitForEvictions();
            return true;
        }
    }

    /// <summary>MemoryCache calls back from the thread pool: the room is there only once those calls are done.</summary>
    /// <returns>True if there was anything to wait for.</returns>
    private bool WaitForEvictions()
    {
        bool waited = false;
        var spin = default(SpinWait);
        long deadline = Environment.TickCount64 + 100;
        while (Interlocked.Read(ref _held) > _entries.Count && Environment.TickCount64 < deadline)
        {
            waited = true;
            spin.SpinOnce(sleep1Threshold: -1); // the calls take microseconds; a nap would take a millisecond
        }

        return waited;
    }

    private void OnEvicted(object key, object? value, EvictionReason reason, object? state)
    {
        ((ChunkBuffer)value!).Release();
        Interlocked.Decrement(ref _held);
    }
}
