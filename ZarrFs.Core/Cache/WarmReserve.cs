namespace ZarrFs.Core.Cache;

/// <summary>
/// Has memory ready before it is needed: a thread that keeps some slots of the length used last free and warm. While the budget has room it
/// touches new memory; a band of 16 chunks of 4 MiB costs 7 ms more in new memory than in used, and far more on a virtual machine whose
/// host has to find the pages first (100 ms measured, and 1.5 s for the 768 MiB of a slab, which takes 0.65 s to decode). When the budget is
/// used up it lets cached chunks go, but only for a few. This way only somebody who reads faster than memory can be had waits for it.
/// </summary>
internal sealed class WarmReserve : IDisposable
{
    private const long MostBytes = 64 << 20;
    private const int ShareOfBudget = 16;

    private readonly BufferPool _pool;
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private SizeClass? _class;

    public WarmReserve(BufferPool pool)
    {
        _pool = pool;
        Bytes = Math.Min(MostBytes, pool.Budget / ShareOfBudget);
        _thread = new Thread(Run) { IsBackground = true, Name = "memory reserve", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>Bytes that are kept free and warm.</summary>
    public long Bytes { get; }

    /// <summary>Tells that slots of this class are being taken. Called under the pool's lock.</summary>
    public void Want(SizeClass used)
    {
        _class = used;
        if ((used.Warm * used.SlotBytes < Bytes || used.AheadBytes > 0) && _wanted.CurrentCount == 0) _wanted.Release();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
        _wanted.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            try
            {
                _wanted.Wait(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            long missing;
            do missing = 0;
            while (!_stop.IsCancellationRequested && _pool.TryTouchAhead(NeedsMore, out missing));

            // Once each time, not until it is enough: buffers that readers still hold do not come back, however much is let go.
            if (missing > 0 && NeedsRoom()) _pool.LetGo(missing);
        }
    }

    private bool NeedsRoom()
    {
        lock (_pool.Sync) return _class is { } used && IsLow(used);
    }

    private SizeClass? NeedsMore()
    {
        if (_class is not { } used) return null;
        if (!IsLow(used) && used.AheadBytes <= 0) return null;
        used.AheadBytes -= used.SlotBytes;
        return used;
    }

    private bool IsLow(SizeClass used) => (used.Warm + 1) * used.SlotBytes <= Bytes;
}
