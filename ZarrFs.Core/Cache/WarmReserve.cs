namespace ZarrFs.Core.Cache;

/// <summary>
/// Has memory ready before it is needed: a thread that keeps some slots of the length used last free and warm. While the budget has room it
/// touches new memory; a band of 16 chunks of 4 MiB costs 7 ms more in new memory than in used, and far more on a virtual machine whose
/// host has to find the pages first (100 ms measured). When the budget is used up it lets cached chunks go. This way only somebody who
/// reads faster than memory can be had waits for it.
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

            long missing;
            do missing = 0;
            while (!_stop.IsCancellationRequested && _pool.TryTouchAhead(NeedsMore, out missing));

            // Once each time, not until it is enough: buffers that readers still hold do not come back, however much is let go.
            if (missing > 0) _pool.LetGo(missing);
        }
    }

    private SizeClass? NeedsMore() => _class is { } used && (used.Warm + 1) * used.SlotBytes <= _bytes ? used : null;
}
