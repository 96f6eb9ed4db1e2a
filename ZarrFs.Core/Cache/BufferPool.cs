using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Cache;

/// <summary>
/// All of the program's large buffers under one byte budget. Pages are kept and reused; when the budget is reached, free buffers of other
/// lengths give their pages back first, then those who keep something to spare let it go, then <see cref="Reclaim"/> is asked to let
/// cached chunks go, then the caller waits.
/// </summary>
public sealed class BufferPool : IDisposable
{
    private readonly Dictionary<int, SizeClass> _classes = [];
    private readonly WarmReserve _reserve;
    private Func<long, bool>[] _spare = [];
    private long _committed;
    private long _inUse;
    private long _buffersInUse;

    /// <param name="budget">Most bytes that all buffers together may take.</param>
    public BufferPool(long budget)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 1 << 20);
        Budget = budget;
        _reserve = new WarmReserve(this);
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

    /// <summary>Takes bytes out of the budget, for good, for memory of the program that is not a buffer.</summary>
    public void Reserve(long bytes)
    {
        lock (Sync) _committed += bytes;
    }

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
            if (!LetGo(missing)) return null;
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
                    $"the memory budget of {Budget} bytes is in use ({InUse} bytes in {BuffersInUse} buffers); "
                    + $"no {length} bytes came free in {patience.TotalSeconds:0.#} s");
            }

            // Rare (readers hold everything there is), so a short nap serves better than a queue of waiters.
            cancellationToken.WaitHandle.WaitOne(1);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Keeps some buffers of this length touched ahead of need, in the background.</summary>
    /// <param name="length">Bytes of a buffer.</param>
    /// <param name="bytes">How many bytes of them will be needed at once, once; no cached chunk has to go for them.</param>
    public void Prepare(int length, long bytes = 0)
    {
        lock (Sync)
        {
            SizeClass own = ClassOf(length);
            own.TouchedAhead = true;
            // More than that: when they are taken, the reserve should not have to find new ones while they are being filled.
            if (bytes > 0) own.AheadBytes = Math.Max(own.AheadBytes, bytes + _reserve.Bytes - own.Warm * own.SlotBytes);
            _reserve.Want(own);
        }
    }

    /// <summary>
    /// Buffers of this length that can be had without touching new memory: the free ones, or any number once the budget is used up and
    /// buffers come from what the cache lets go.
    /// </summary>
    public int ReadyBuffers(int length)
    {
        lock (Sync)
        {
            SizeClass own = ClassOf(length);
            return _committed + own.SlotBytes > Budget ? int.MaxValue : own.Warm;
        }
    }

    /// <summary>Adds somebody to be asked before <see cref="Reclaim"/>, in the same way.</summary>
    internal void AddSpare(Func<long, bool> letGo)
    {
        lock (Sync) _spare = [.. _spare, letGo];
    }

    /// <summary>Takes out what <see cref="AddSpare"/> has added.</summary>
    internal void RemoveSpare(Func<long, bool> letGo)
    {
        lock (Sync) _spare = [.. _spare.Where(other => other != letGo)];
    }

    /// <summary>Has others let go of buffers; false if there is nothing left to let go of.</summary>
    internal bool LetGo(long bytes)
    {
        foreach (Func<long, bool> letGo in Volatile.Read(ref _spare))
        {
            if (letGo(bytes)) return true;
        }

        return Reclaim is { } reclaim && reclaim(bytes);
    }

    /// <summary>Ends the background thread. Buffers that are still out stay good; memory goes back to the system when nobody can reach any of them, nor the pool.</summary>
    public void Dispose() => _reserve.Dispose();

    /// <summary>
    /// Touches one more free buffer of the class that <paramref name="choose"/> names under the lock; false if it names none or the budget
    /// lacks <paramref name="missing"/> bytes.
    /// </summary>
    internal bool TryTouchAhead(Func<SizeClass?> choose, out long missing)
    {
        ChunkBuffer buffer;
        lock (Sync)
        {
            missing = 0;
            if (choose() is not { } chosen) return false;
            missing = _committed + chosen.SlotBytes - Budget;
            if (missing > 0 || chosen.TryTakeCold() is not { } cold) return false;
            _committed += chosen.SlotBytes;
            buffer = cold;
        }

        buffer.Touch(); // outside the lock: this is what takes time
        buffer.GiveWarm();
        return true;
    }

    internal void Released(long bytes)
    {
        _inUse -= bytes;
        _buffersInUse--;
    }

    private ChunkBuffer? Take(int length, out long missing)
    {
        missing = 0;
        SizeClass own = ClassOf(length);
        ChunkBuffer? buffer = own.TryTakeWarm();
        bool fresh = buffer is null;
        if (fresh)
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
        }

        Count(own, fresh);
        if (own.TouchedAhead) _reserve.Want(own);
        return buffer;
    }

    private SizeClass ClassOf(int length)
    {
        if (!_classes.TryGetValue(length, out SizeClass? own)) _classes.Add(length, own = new SizeClass(this, length, Budget));
        return own;
    }

    private void Count(SizeClass taken, bool fresh)
    {
        if (fresh) _committed += taken.SlotBytes;
        _inUse += taken.SlotBytes;
        _buffersInUse++;
    }
}
