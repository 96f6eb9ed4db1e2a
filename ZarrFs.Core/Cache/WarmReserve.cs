namespace ZarrFs.Core.Cache;

/// <summary>
/// Touches memory before it is needed: a thread that keeps some slots of the length used last warm, within the budget. A band of 16 chunks
/// of 4 MiB in new memory costs 7 ms more than in used memory, and far more on a virtual machine whose host has to find the pages first
/// (100 ms measured); this way only somebody who reads faster than memory can be had waits for it.
/// </summary>
internal sealed class WarmReserve : IDisposable
{
    private const long MostBytes = 64 << 20;
    private const int ShareOfBudget = 16;

    private readonly BufferPool _pool;
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly long _bytes;
    private SizeClass? _class;

    public WarmReserve(BufferPool pool)
    {
        _pool = pool;
        _bytes = Math.Min(MostBytes, pool.Budget / ShareOfBudget);
        _thread = new Thread(Run) { IsBackground = true, Name = "memory reserve", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>Tells that slots of this class are being taken. Called under the pool's lock.</summary>
    public void Want(SizeClass used)
    {
        _class = used;
        if (used.Warm * used.SlotBytes < _bytes && _wanted.CurrentCount == 0) _wanted.Release();
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

            while (!_stop.IsCancellationRequested && _pool.TryTakeCold(NeedsMore) is { } cold)
            {
                cold.Touch();
                cold.Release();
            }
        }
    }

    private SizeClass? NeedsMore() => _class is { } used && (used.Warm + 1) * used.SlotBytes <= _bytes ? used : null;
}
