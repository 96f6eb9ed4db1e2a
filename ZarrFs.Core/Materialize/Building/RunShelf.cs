using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Scratch;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Runs that are made or read piece by piece. Those that wait until the walk comes back to them stay in memory as far as they have room
/// there; the rest is parked on disk, what is needed last first. Used by one thread.
/// </summary>
/// <param name="pool">Where buffers come from.</param>
/// <param name="scheduler">Shares out the writing and reading of their chunks.</param>
/// <param name="limit">Bytes of memory that those who wait may take.</param>
/// <param name="scratch">Where the others go, or null for nowhere.</param>
/// <param name="cancellationToken">Ends waiting for memory.</param>
internal sealed class RunShelf(BufferPool pool, ChunkScheduler scheduler, long limit, ScratchOptions? scratch, CancellationToken cancellationToken) : IDisposable
{
    private readonly SortedSet<(long NextUse, long Number)> _order = [];
    private readonly Dictionary<long, ParkableRun> _waiting = [];
    private readonly Dictionary<ParkableRun, (long NextUse, long Number)> _keys = [];
    private readonly HashSet<ParkableRun> _all = [];
    private readonly ParkingLot? _lot = scratch is null ? null : new ParkingLot(scratch);
    private long _bytes;
    private long _numbers;

    /// <summary>Bytes of memory that are free for those who wait.</summary>
    public long Room => limit - _bytes;

    /// <summary>Where parked runs are.</summary>
    /// <exception cref="StoreException">There is no scratch.</exception>
    public ParkingLot Lot => _lot ?? throw new StoreException(
        "scratch", "memory is short, and there is no directory for what has no room in it; name one, or give more memory");

    /// <summary>A new run of empty places, in the caller's hands.</summary>
    public ParkableRun Open(int count, int length)
    {
        var run = new ParkableRun(count, length);
        _all.Add(run);
        return run;
    }

    /// <summary>Takes a run over until it is asked for.</summary>
    /// <param name="run">In memory or parked.</param>
    /// <param name="nextUse">When that will be, in any measure that grows.</param>
    public void Put(ParkableRun run, long nextUse)
    {
        long bytes = run.Bytes;
        if (bytes == 0) return;
        (long NextUse, long Number) key = (nextUse, _numbers++);
        _order.Add(key);
        _waiting.Add(key.Number, run);
        _keys.Add(run, key);
        _bytes += bytes;
        while (_bytes > limit)
        {
            ParkableRun last = _waiting[_order.Max.Number];
            Forget(last);
            last.Park(Lot, scheduler);
        }
    }

    /// <summary>Gives a run back, in memory.</summary>
    public void Take(ParkableRun run)
    {
        Forget(run);
        run.Load(pool, scheduler, cancellationToken);
    }

    /// <summary>Hands the buffers of a run, which is in the caller's hands, over to the caller for good.</summary>
    public ChunkBuffer?[] Close(ParkableRun run)
    {
        _all.Remove(run);
        return run.Buffers;
    }

    /// <summary>Lets all go that was not closed.</summary>
    public void Dispose()
    {
        foreach (ParkableRun run in _all) run.Release();
        _lot?.Dispose();
    }

    private void Forget(ParkableRun run)
    {
        if (!_keys.Remove(run, out (long NextUse, long Number) key)) return;
        _order.Remove(key);
        _waiting.Remove(key.Number);
        _bytes -= run.Bytes;
    }
}
