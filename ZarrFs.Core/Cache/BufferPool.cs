using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Cache;

/// <summary>
/// All of the program's large buffers under one byte budget. Pages are kept and reused; when the budget is reached, free buffers of other
/// lengths give their pages back first, then <see cref="Reclaim"/> is asked to let cached chunks go, then the caller waits.
/// </summary>
public sealed class BufferPool
{
    private readonly Dictionary<int, SizeClass> _classes = [];
    private long _committed;
    private long _inUse;
    private long _buffersInUse;

    /// <param name="budget">Most bytes that all buffers together may take.</param>
    public BufferPool(long budget)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 1 << 20);
        Budget = budget;
    }

    /// <summary>Most bytes that all buffers together may take.</summary>
    public long Budget { get; }

    /// <summary>Bytes in buffers that somebody holds, the cache included.</summary>
    public long InUse => Interlocked.Read(ref _inUse);

    /// <summary>Bytes of memory held from the system.</summary>
    public long Committed => Interlocked.Read(ref _committed);

    /// <summary>Number of buffers that somebody holds, the cache included: a leak shows here.</summary>
    public long BuffersInUse => Interlocked.Read(ref _buffersInUse);

    /// <summary>Asked to let go of at least so many bytes; false if there is nothing left to let go of.</summary>
    public Func<long, bool>? Reclaim { get; set; }

    internal Lock Sync { get; } = new();

    /// <summary>Takes a buffer without waiting, its content undefined; null if the budget does not allow it.</summary>
    public ChunkBuffer? TryRent(int length)
    {
        if (SizeClass.BytesOf(length) > Budget) return null;
        while (true)
        {
            long missing;
            lock (Sync)
            {
                ChunkBuffer? buffer = Take(length, out missing);
                if (buffer is not null) return buffer;
            }

            // Outside the lock: letting chunks go returns their buffers, which takes it.
            if (Reclaim is null || !Reclaim(missing)) return null;
        }
    }

    /// <summary>Takes a buffer, waiting until the budget allows it.</summary>
    /// <exception cref="OverloadException">None came free within <paramref name="patience"/>.</exception>
    public ChunkBuffer Rent(int length, TimeSpan patience, CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            ChunkBuffer? buffer = TryRent(length);
            if (buffer is not null) return buffer;
            if (Environment.TickCount64 >= deadline)
            {
                throw new OverloadException(
                    $"the memory budget of {Budget} bytes is in use ({InUse} bytes in {BuffersInUse} buffers); no {length} bytes came free in {patience.TotalSeconds:0.#} s");
            }

            // Rare (readers hold everything there is), so a short nap serves better than a queue of waiters.
            cancellationToken.WaitHandle.WaitOne(1);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    internal void Released(long bytes, bool stillCommitted)
    {
        _inUse -= bytes;
        _buffersInUse--;
        if (!stillCommitted) _committed -= bytes;
    }

    private ChunkBuffer? Take(int length, out long missing)
    {
        missing = 0;
        if (!_classes.TryGetValue(length, out SizeClass? own)) _classes.Add(length, own = new SizeClass(this, length, Budget));
        ChunkBuffer? buffer = own.TryTakeWarm();
        if (buffer is null)
        {
            foreach (SizeClass other in _classes.Values)
            {
                while (_committed + own.SlotBytes > Budget && other.TryCool()) _committed -= other.SlotBytes;
            }

            missing = _committed + own.SlotBytes - Budget;
            if (missing > 0) return null;
            buffer = own.TryTakeCold();
            if (buffer is null)
            {
                missing = own.SlotBytes;
                return null;
            }

            _committed += own.SlotBytes;
        }

        _inUse += own.SlotBytes;
        _buffersInUse++;
        return buffer;
    }
}
