using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Scratch;

namespace ZarrFs.Core.Cache;

/// <summary>
/// Finished chunks in memory, least recently used first to go, under the <see cref="BufferPool"/>'s budget: the pool asks for room, the
/// cache lets chunks go. A chunk that is all fill costs no memory: one shared block of zeros stands for all of its length. Chunks that are
/// dear to make and that nobody has read yet go to the scratch, and can be had all the way there.
/// </summary>
public sealed class ChunkCache : IDisposable
{
    // Chunks of fill and very small ones cost more in keys and links than in buffers. That memory is not the pool's, so it is bounded here:
    // every entry counts as at least this part of the budget.
    private const int MostEntries = 1 << 17;

    // At least a tenth goes at a time: compaction sorts all entries, so asking for one chunk each time would sort for each chunk.
    private const int ReclaimedPart = 10;

    // Calls back need a thread of the thread pool: milliseconds, and seconds on a machine that has more to do than it can. Who waited for one second only
    // let go of all there was for one chunk. A disk that takes longer is not waited for: others may go meanwhile.
    private const int MostCallMilliseconds = 20_000;
    private const int MostDiskMilliseconds = 1000;

    private readonly BufferPool _pool;
    private readonly MemoryCache _entries;
    private readonly Dictionary<(int Length, bool IsProvisional), ChunkBuffer> _zeros = [];
    private readonly Lock _reclaiming = new();
    private readonly PostEvictionDelegate _evicted;
    private readonly ChunkScratch? _scratch;
    private readonly ScratchWriter? _writer;

    // Those that go to the scratch if they have to go, until they are there.
    private readonly ConcurrentDictionary<ChunkAddress, ChunkBuffer> _dear = new();
    private long _held;
    private long _released;
    private long _writing; // of those held

    /// <param name="pool">Where the chunks' buffers come from; its <see cref="BufferPool.Reclaim"/> is set.</param>
    public ChunkCache(BufferPool pool)
        : this(pool, null)
    {
    }

    /// <param name="pool">Where the chunks' buffers come from; its <see cref="BufferPool.Reclaim"/> is set.</param>
    /// <param name="scratch">Where unread chunks go that have to leave memory, or null.</param>
    internal ChunkCache(BufferPool pool, ChunkScratch? scratch)
    {
        _pool = pool;
        _scratch = scratch;
        _writer = scratch is null ? null : new ScratchWriter(scratch, IsDear, Written);
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
        Lease? taken = _entries.TryGetValue(address, out ChunkBuffer? buffer) ? Lease.TryTake(buffer!) : null;
        if (taken is null && _dear.TryGetValue(address, out buffer)) taken = Lease.TryTake(buffer);
        lease = taken!;
        return taken is not null;
    }

    /// <summary>True if the chunk is held just now.</summary>
    public bool Contains(in ChunkAddress address) => _entries.TryGetValue(address, out _) || _dear.ContainsKey(address);

    /// <summary>Keeps a finished chunk; the cache takes a reference of its own.</summary>
    /// <param name="address">The chunk.</param>
    /// <param name="buffer">Its bytes.</param>
    public void Add(in ChunkAddress address, ChunkBuffer buffer)
    {
        if (!buffer.TryAddReference()) throw new InvalidOperationException("a chunk was offered to the cache after its last reference went");
        Interlocked.Increment(ref _held);
        bool isZero = ReferenceEquals(buffer, Zeros(buffer.Length, buffer.IsProvisional));
        var priority = CacheItemPriority.Normal;
        if (_scratch is not null && _scratch.IsKept(address))
        {
            if (isZero) _scratch.AddZero(address);
            else if (_scratch.Contains(address)) priority = CacheItemPriority.Low; // a read away: others are dearer
            else _dear[address] = buffer;
        }

        using ICacheEntry entry = _entries.CreateEntry(address);
        entry.Value = buffer;
        entry.Priority = priority;
        entry.Size = Math.Max(isZero ? 0 : SizeClass.BytesOf(buffer.Length), _pool.Budget / MostEntries);
        entry.PostEvictionCallbacks.Add(new PostEvictionCallbackRegistration { EvictionCallback = _evicted });
    }

    /// <summary>Lets chunks go that are no longer what they should be, also those on their way to the scratch; what is leased stays until it is given back.</summary>
    internal void Remove(Func<ChunkAddress, bool> which)
    {
        foreach (ChunkAddress address in _dear.Keys)
        {
            if (which(address)) _dear.TryRemove(address, out _);
        }

        foreach (object key in _entries.Keys)
        {
            if (which((ChunkAddress)key)) _entries.Remove(key);
        }
    }

    /// <summary>Lets a chunk go if it is held; who has a lease on it keeps that.</summary>
    public void Remove(in ChunkAddress address) => _entries.Remove(address);

    /// <summary>The block that stands for every all-fill chunk of this length. It is never returned to the pool.</summary>
    /// <param name="length">Bytes of a chunk.</param>
    /// <param name="isProvisional">Which of two: that of the exact chunks, or that of the previews.</param>
    public ChunkBuffer Zeros(int length, bool isProvisional = false)
    {
        lock (_zeros)
        {
            if (!_zeros.TryGetValue((length, isProvisional), out ChunkBuffer? zeros))
            {
                zeros = ChunkBuffer.Zeros(length);
                zeros.IsProvisional = isProvisional;
                _zeros.Add((length, isProvisional), zeros);
            }

            return zeros;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The MemoryCache itself is not disposed, which would only free what is cleared here: a late reader finds a miss, not an error.
        _pool.Reclaim = null;
        _writer?.Dispose();
        _entries.Clear();
        WaitWhile(() => Interlocked.Read(ref _held) > _entries.Count, MostDiskMilliseconds);
    }

    private bool Reclaim(long bytes)
    {
        lock (_reclaiming)
        {
            if (SomeComeBack()) return true; // on their way since the last time, and perhaps enough
            int count = _entries.Count;
            if (count == 0) return false;

            // Compact takes a share of the number of entries, whatever their sizes, and rounds it down: without the half, a share of
            // "one of three" lets nothing go, for ever.
            long average = Math.Max(1, (_entries.GetCurrentStatistics()?.CurrentEstimatedSize ?? 1) / count);
            long victims = Math.Max((bytes + average - 1) / average, (count + ReclaimedPart - 1) / ReclaimedPart);
            _entries.Compact(Math.Min(1, (victims + 0.5) / count));
            SomeComeBack();
            return true;
        }
    }

    /// <summary>
    /// MemoryCache calls back from the thread pool, and what goes to the scratch comes back when it is written: the room is there only then.
    /// </summary>
    /// <returns>True if any came back.</returns>
    private bool SomeComeBack()
    {
        long before = Interlocked.Read(ref _released);
        WaitWhile(() => IsOnItsWay(Interlocked.Read(ref _writing)), MostCallMilliseconds);
        WaitWhile(() => IsOnItsWay(0), MostDiskMilliseconds);
        return Interlocked.Read(ref _released) != before;

        bool IsOnItsWay(long others) => Interlocked.Read(ref _released) == before && Interlocked.Read(ref _held) - others > _entries.Count;
    }

    /// <summary>Waits while something is so, which takes microseconds, or milliseconds where a disk is in it; not for ever if it takes longer.</summary>
    private static void WaitWhile(Func<bool> condition, int mostMilliseconds)
    {
        var spin = default(SpinWait);
        long now = Environment.TickCount64, nap = now + 3, deadline = now + mostMilliseconds;
        while (condition() && Environment.TickCount64 < deadline) spin.SpinOnce(Environment.TickCount64 < nap ? -1 : 20);
    }

    private void OnEvicted(object key, object? value, EvictionReason reason, object? state)
    {
        var address = (ChunkAddress)key;
        var buffer = (ChunkBuffer)value!;
        bool dear = !buffer.IsRead && reason != EvictionReason.Replaced && IsDear(address, buffer);
        if (!dear)
        {
            GiveBack(address, buffer);
            return;
        }

        Interlocked.Increment(ref _writing);
        if (!_writer!.TryAdd(address, buffer)) Written(address, buffer);
    }

    private bool IsDear(ChunkAddress address, ChunkBuffer buffer) => _dear.TryGetValue(address, out ChunkBuffer? known) && known == buffer;

    private void Written(ChunkAddress address, ChunkBuffer buffer)
    {
        Interlocked.Decrement(ref _writing);
        GiveBack(address, buffer);
    }

    private void GiveBack(ChunkAddress address, ChunkBuffer buffer)
    {
        _dear.TryRemove(KeyValuePair.Create(address, buffer));
        buffer.Release();
        Interlocked.Decrement(ref _held);
        Interlocked.Increment(ref _released);
    }
}
