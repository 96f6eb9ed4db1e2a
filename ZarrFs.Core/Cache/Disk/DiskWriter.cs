using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Chunks that wait to be written, and the threads that write them: neither those that answer requests nor those that make chunks should wait
/// for a disk. Bounded, since a chunk that waits keeps its memory.
/// </summary>
internal sealed class DiskWriter : IDisposable
{
    private const int Threads = 2;
    private const int ItemBytes = 256; // of one that is all fill, beside memory that is everybody's

    private readonly Action<ChunkAddress, ChunkBuffer> _write;
    private readonly Action _idle;
    private readonly TimeSpan _idleEvery;
    private readonly long _mostBytes;
    private readonly Queue<(ChunkAddress Address, ChunkBuffer Chunk)> _queue = [];
    private readonly Thread[] _threads;
    private long _bytes;
    private int _busy;
    private long _lastIdle = Environment.TickCount64;
    private bool _stopping;

    /// <param name="mostBytes">Most bytes that wait; one chunk may always.</param>
    /// <param name="write">Writes a chunk.</param>
    /// <param name="idle">Done from time to time.</param>
    /// <param name="idleEvery">How often.</param>
    public DiskWriter(long mostBytes, Action<ChunkAddress, ChunkBuffer> write, Action idle, TimeSpan idleEvery)
    {
        _mostBytes = mostBytes;
        _write = write;
        _idle = idle;
        _idleEvery = idleEvery;
        _threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() => Run(isFirst: i == 0)) { IsBackground = true, Name = "disk cache" })];
        foreach (Thread thread in _threads) thread.Start();
    }

    /// <summary>Bytes of chunks that wait.</summary>
    public long QueuedBytes
    {
        get
        {
            lock (_queue) return _bytes;
        }
    }

    /// <summary>Takes a reference to a chunk, to write it later; false if there is no room.</summary>
    public bool TryAdd(in ChunkAddress address, ChunkBuffer chunk)
    {
        long bytes = BytesOf(chunk);
        lock (_queue)
        {
            if (_stopping || (_bytes > 0 && _bytes + bytes > _mostBytes) || !chunk.TryAddReference()) return false;
            _bytes += bytes;
            _queue.Enqueue((address, chunk));
            Monitor.PulseAll(_queue);
            return true;
        }
    }

    /// <summary>Waits until nothing waits.</summary>
    public void Drain()
    {
        lock (_queue)
        {
            while (_bytes > 0 || _busy > 0) Monitor.Wait(_queue);
        }
    }

    /// <summary>Writes what is still queued, and ends.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _stopping = true;
            Monitor.PulseAll(_queue);
        }

        foreach (Thread thread in _threads) thread.Join();
    }

    private static long BytesOf(ChunkBuffer chunk) => ItemBytes + (chunk.IsShared ? 0 : chunk.Length);

    private void Run(bool isFirst)
    {
        while (true)
        {
            (ChunkAddress Address, ChunkBuffer Chunk) item = default;
            lock (_queue)
            {
                while (!_queue.TryDequeue(out item))
                {
                    if (_stopping) return;
                    if (isFirst && IsIdleDue()) break;
                    Monitor.Wait(_queue, _idleEvery);
                }

                if (item.Chunk is not null) _busy++;
            }

            if (item.Chunk is not null) Write(item.Address, item.Chunk);
            if (isFirst && IsIdleDue())
            {
                _lastIdle = Environment.TickCount64;
                _idle();
            }
        }
    }

    private bool IsIdleDue() => Environment.TickCount64 - _lastIdle >= _idleEvery.TotalMilliseconds;

    private void Write(ChunkAddress address, ChunkBuffer chunk)
    {
        try
        {
            _write(address, chunk);
        }
        finally
        {
            long bytes = BytesOf(chunk);
            chunk.Release();
            lock (_queue)
            {
                _bytes -= bytes;
                _busy--;
                Monitor.PulseAll(_queue);
            }
        }
    }
}
