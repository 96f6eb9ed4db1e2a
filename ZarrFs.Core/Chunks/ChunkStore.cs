using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Chunks;

/// <summary>The chunks of all volumes, made on demand and kept in memory: cache, single flight, workers.</summary>
public sealed class ChunkStore : IChunkReader, IDisposable
{
    private readonly IReadOnlyList<Multiscale> _volumes;
    private readonly ChunkCache _cache;
    private readonly FlightTable _flights;
    private readonly ChunkScheduler _scheduler;
    private readonly ChunkMaker _maker;
    private readonly CancellationTokenSource _stop = new();

    /// <param name="volumes">The catalogue: a volume's place in it is its number in addresses.</param>
    /// <param name="pool">The memory budget.</param>
    /// <param name="workers">Threads that make chunks.</param>
    /// <exception cref="OptionException">The budget is too small to make one chunk a worker.</exception>
    public ChunkStore(IReadOnlyList<Multiscale> volumes, BufferPool pool, int workers)
    {
        CheckBudget(volumes, pool.Budget, workers);
        _volumes = volumes;
        Pool = pool;
        _cache = new ChunkCache(pool);
        _flights = new FlightTable(_cache);
        _scheduler = new ChunkScheduler(workers);
        foreach (Multiscale volume in volumes.Reverse()) pool.Prepare(volume.ChunkBytes); // the first one last: it is likely asked first
        _maker = new ChunkMaker(volumes, pool, _cache, _flights, _scheduler);
    }

    /// <summary>The memory budget and what is used of it.</summary>
    public BufferPool Pool { get; }

    /// <summary>Chunks in memory.</summary>
    public int Cached => _cache.Count;

    /// <summary>Chunks on their way.</summary>
    public int InFlight => _flights.Count;

    /// <summary>Lookups that found their chunk in memory, and those that did not.</summary>
    public (long Hits, long Misses) Statistics => _cache.Statistics;

    /// <inheritdoc/>
    public bool TryGet(in ChunkAddress address, out Lease lease) => _cache.TryGet(address, out lease);

    /// <inheritdoc/>
    public Task<Lease> GetAsync(ChunkAddress address, CancellationToken cancellationToken)
    {
        if ((uint)address.Volume >= (uint)_volumes.Count || (uint)address.Level >= (uint)_volumes[address.Volume].Levels.Count
            || !_volumes[address.Volume].Levels[address.Level].Grid.Contains(address))
        {
            throw new ArgumentOutOfRangeException(nameof(address), address, "no such chunk");
        }

        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<Lease>(cancellationToken);
        if (_stop.IsCancellationRequested) return Task.FromException<Lease>(new OverloadException("the program is stopping"));
        if (_cache.TryGet(address, out Lease lease)) return Task.FromResult(lease);
        Task<Lease> task = _flights.Join(address, cancellationToken, out ChunkFlight? toQueue);
        if (toQueue is not null) _maker.Queue(toQueue, ChunkPriority.Waiting, _stop.Token);
        return task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested) return;
        _stop.Cancel();
        _scheduler.Dispose();
        _flights.FailAll(new OverloadException("the program is stopping"));
        _cache.Dispose();
        _stop.Dispose();
    }

    private static void CheckBudget(IReadOnlyList<Multiscale> volumes, long budget, int workers)
    {
        foreach (Multiscale volume in volumes)
        {
            // One buffer a level and its two children on each worker's way down, and the scratch to read with.
            Int128 least = (Int128)workers * (((3 * volume.Levels.Count) + 1) * (Int128)volume.ChunkBytes + ChunkMaker.ScratchBytes);
            if (least > budget)
            {
                throw new OptionException(
                    "--memory", $"{budget >> 20} MiB is too little for '{volume.Name}' ({volume.Levels.Count} levels of {volume.Chunk} {volume.Volume.DataType} chunks, {workers} threads); "
                    + $"at least {(least >> 20) + 1} MiB are needed, or a smaller --chunk-size");
            }
        }
    }
}
