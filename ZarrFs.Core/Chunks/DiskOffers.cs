using System.Collections.Concurrent;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Offers chunks to a disk when they are made; and those again that it had no room for just then, as long as they are in memory: a decoding
/// gives hundreds at once, more than may wait to be written.
/// </summary>
internal sealed class DiskOffers : IDisposable
{
    private const int Most = 1 << 16;
    private const int PauseMilliseconds = 250;

    private readonly IChunkDisk _disk;
    private readonly ChunkCache _cache;
    private readonly TimeSpan _patience;
    private readonly ConcurrentQueue<ChunkAddress> _turnedAway = new();
    private readonly Timer _timer;
    private int _isSet;

    /// <param name="disk">Where chunks are kept.</param>
    /// <param name="cache">Where they are in memory.</param>
    /// <param name="patience">How long they are kept at the end.</param>
    public DiskOffers(IChunkDisk disk, ChunkCache cache, TimeSpan patience)
    {
        _patience = patience;
        _disk = disk;
        _cache = cache;
        _timer = new Timer(_ => OfferAgain(), null, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Offers a chunk that is in memory.</summary>
    public void Offer(in ChunkAddress address, ChunkBuffer chunk)
    {
        if (_disk.Offer(address, chunk) || _turnedAway.Count >= Most) return;
        _turnedAway.Enqueue(address);
        Set();
    }

    /// <summary>Keeps what still waits to be offered, for some seconds. When no chunk is made any more, and before those in memory go.</summary>
    public void Dispose()
    {
        using (var ended = new ManualResetEvent(initialState: false))
        {
            if (_timer.Dispose(ended)) ended.WaitOne();
        }

        long end = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (Environment.TickCount64 < end && _turnedAway.TryDequeue(out ChunkAddress address))
        {
            if (_disk.Has(address) || !_cache.TryGet(address, out Lease lease)) continue;
            using (lease) _disk.TryPut(address, lease.Buffer.IsShared ? [] : lease.Span);
        }
    }

    private void Set()
    {
        if (Interlocked.Exchange(ref _isSet, 1) == 0) _timer.Change(PauseMilliseconds, Timeout.Infinite);
    }

    private void OfferAgain()
    {
        while (_turnedAway.TryPeek(out ChunkAddress address) && IsDone(address)) _turnedAway.TryDequeue(out _);
        Volatile.Write(ref _isSet, 0);
        if (!_turnedAway.IsEmpty) Set();
    }

    private bool IsDone(in ChunkAddress address)
    {
        if (!_cache.TryGet(address, out Lease lease)) return true;
        using (lease) return _disk.Offer(address, lease.Buffer);
    }
}
