using ZarrFs.Core.Cache;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Single flight: every missing chunk that somebody wants or a worker makes, once each. One lock guards all of it; it is held for
/// dictionary operations only, and taken only for chunks that are not in memory.
/// </summary>
/// <param name="cache">Chunks in memory.</param>
/// <param name="isReadBack">True for a chunk that only has to be read from a disk.</param>
/// <param name="spanOf">The chunks that come from the same decoding as one.</param>
/// <param name="revisions">What has changed in the sources.</param>
internal sealed class FlightTable(ChunkCache cache, Func<ChunkAddress, bool> isReadBack, Func<ChunkAddress, SlabSpan?> spanOf, ChunkRevisions revisions)
{
    private readonly Lock _sync = new();
    private readonly Dictionary<ChunkAddress, ChunkFlight> _flights = [];
    private Exception? _closed;
    private long _exactMade;
    private long _previewsMade;

    /// <summary>Chunks that were made by now.</summary>
    public MadeCounts Made => new(Volatile.Read(ref _exactMade), Volatile.Read(ref _previewsMade));

    /// <summary>Whether any reader waits for a chunk that is not in memory.</summary>
    public ReaderActivity Activity { get; } = new();

    /// <summary>Number of chunks on their way.</summary>
    public int Count
    {
        get
        {
            lock (_sync) return _flights.Count;
        }
    }

    /// <summary>True while a chunk is on its way.</summary>
    public bool Contains(in ChunkAddress address)
    {
        lock (_sync) return _flights.ContainsKey(address);
    }

    /// <summary>True while any chunk of a volume is on its way.</summary>
    public bool HasAny(int volume)
    {
        lock (_sync) return _flights.Keys.Any(address => address.Volume == volume);
    }

    /// <summary>Waits for a chunk, as a reader. <paramref name="toQueue"/> is a flight that the caller has to queue, or null if it is on its way.</summary>
    public Task<Lease> Join(in ChunkAddress address, CancellationToken cancellationToken, out ChunkFlight? toQueue)
    {
        toQueue = null;
        ChunkFlight? flight;
        var waiter = new ChunkFlight.Waiter(isWorker: false);
        lock (_sync)
        {
            if (_closed is not null) return Task.FromException<Lease>(_closed);
            if (!_flights.TryGetValue(address, out flight))
            {
                // Again under the lock: it may have landed since the caller looked.
                if (TryGetMade(address, out Lease lease))
                {
                    lease.Buffer.MarkRead();
                    return Task.FromResult(lease);
                }

                _flights.Add(address, flight = toQueue = new ChunkFlight(address));
            }
            else if (flight.Ahead && flight.Job is null)
            {
                toQueue = flight; // once more, before those that nobody waits for
            }

            flight.Ahead = false;
            Add(flight, waiter);
        }

        if (cancellationToken.CanBeCanceled) waiter.LeaveOn(() => Leave(flight, waiter, cancellationToken), cancellationToken);
        return waiter.Task!; // null is for workers only
    }

    /// <summary>Waits, as a worker, for a chunk that another job is making; gives null if none is, or if that job gives it back undone.</summary>
    public Task<Lease?> JoinRunning(in ChunkAddress address, CancellationToken cancellationToken)
    {
        ChunkFlight? flight;
        var waiter = new ChunkFlight.Waiter(isWorker: true);
        lock (_sync)
        {
            if (!_flights.TryGetValue(address, out flight) || flight.Job is null) return Task.FromResult<Lease?>(null);
            Add(flight, waiter);
        }

        waiter.LeaveOn(() => Leave(flight, waiter, cancellationToken), cancellationToken);
        return waiter.Task;
    }

    /// <summary>
    /// Begins a queued flight as a job of its own, and takes into it the missing chunks that come from the same decoding
    /// (<paramref name="slab"/>): at once, or another worker would begin to decode the same for one of them. Null if it is no longer
    /// wanted or somebody else took it.
    /// </summary>
    public ChunkJob? Begin(ChunkFlight flight, List<ChunkFlight> slab, CancellationToken stop)
    {
        List<Slab> slabs = SlabsOf([flight.Address]);
        lock (_sync)
        {
            if (flight.Job is not null || !_flights.TryGetValue(flight.Address, out ChunkFlight? current) || current != flight) return null;
            if (flight.Waiters.Count == 0 && !flight.Ahead)
            {
                _flights.Remove(flight.Address);
                return null;
            }

            flight.Job = new ChunkJob(stop) { Readers = flight.Waiters.Count };
            flight.Began = revisions.Last;
            ClaimSlab([flight], slabs, flight.Job, slab);
            return flight.Job;
        }
    }

    /// <summary>A new flight for a missing chunk that nobody waits for yet, to be queued by the caller; null if there is nothing to do.</summary>
    public ChunkFlight? Announce(in ChunkAddress address)
    {
        lock (_sync)
        {
            if (_closed is not null || _flights.ContainsKey(address) || IsMade(address)) return null;
            var flight = new ChunkFlight(address) { Ahead = true };
            _flights.Add(address, flight);
            return flight;
        }
    }

    /// <summary>Takes a missing chunk into a running job that wants it by the way; null if there is nothing to do, or it is to be made alone.</summary>
    public ChunkFlight? Claim(in ChunkAddress address, ChunkJob job)
    {
        lock (_sync) return Claim(address, job, alone: false, out _);
    }

    /// <summary>
    /// Takes the missing ones of some chunks into a running job that needs them (<paramref name="mine"/>), with those that come from the same
    /// decoding (<paramref name="slab"/>), and tells which ones another job is making (<paramref name="theirs"/>).
    /// </summary>
    public void Claim(IReadOnlyCollection<ChunkAddress> wanted, ChunkJob job, List<ChunkFlight> mine, List<ChunkFlight> slab, List<ChunkAddress> theirs)
    {
        List<Slab> slabs = SlabsOf(wanted);
        lock (_sync)
        {
            foreach (ChunkAddress address in wanted)
            {
                if (Claim(address, job, alone: true, out bool elsewhere) is { } flight) mine.Add(flight);
                else if (elsewhere) theirs.Add(address);
            }

            ClaimSlab(mine, slabs, job, slab);
        }
    }

    /// <summary>
    /// Ends a flight with its chunk, which the caller still holds, and puts it in the cache; false, with nothing done, if voxels that go into
    /// it have changed since its job took it.
    /// </summary>
    /// <param name="flight">Whose.</param>
    /// <param name="buffer">The chunk.</param>
    /// <param name="kept">What it is kept as if it turned out to be another than the flight's.</param>
    /// <param name="isMade">False for one that was only read back from the disk.</param>
    public bool TryLand(ChunkFlight flight, ChunkBuffer buffer, ChunkAddress? kept = null, bool isMade = true)
    {
        ChunkFlight.Waiter[] waiters;
        lock (_sync)
        {
            if (revisions.Last != flight.Began && revisions.Of(flight.Address) > flight.Began) return false;
            cache.Add(kept ?? flight.Address, buffer);
            waiters = End(flight);
        }

        if (isMade) Interlocked.Increment(ref buffer.IsProvisional ? ref _previewsMade : ref _exactMade);
        foreach (ChunkFlight.Waiter waiter in waiters)
        {
            Lease lease = Lease.TryTake(buffer) ?? throw new InvalidOperationException("a chunk landed without a reference");
            if (!waiter.IsWorker) buffer.MarkRead(); // before he has it: he may have given it back, and the cache let it go, in the next moment
            if (!waiter.TrySetResult(lease)) lease.Dispose();
            waiter.Forget();
        }

        return true;
    }

    /// <summary>
    /// Runs <paramref name="change"/> while nothing lands and nothing begins: what is on its way then and is touched by the change does not
    /// land any more.
    /// </summary>
    public void Change(Action change)
    {
        lock (_sync) change();
    }

    /// <summary>Ends a flight with an error for everybody who waits. Errors are not kept: the next reader tries again.</summary>
    public void Fail(ChunkFlight flight, Exception failure)
    {
        foreach (ChunkFlight.Waiter waiter in End(flight))
        {
            waiter.TrySetException(failure);
            waiter.Forget();
        }
    }

    /// <summary>Ends every flight, and turns away whoever comes later: the program stops.</summary>
    public void Close(Exception failure)
    {
        ChunkFlight[] flights;
        lock (_sync)
        {
            _closed = failure;
            flights = [.. _flights.Values];
        }

        foreach (ChunkFlight flight in flights) Fail(flight, failure);
    }

    /// <summary>
    /// Takes a flight out of its job, undone; true if a reader still waits, and the caller has to queue it. Workers that wait are woken to
    /// make it themselves: all of them might be waiting, with nobody left to take it from the queue.
    /// </summary>
    public bool GiveBack(ChunkFlight flight, bool alone)
    {
        List<ChunkFlight.Waiter> workers;
        bool wanted;
        lock (_sync)
        {
            // Who waits for this one is no reason any more to go on with the rest.
            if (flight.Job is { } job) job.Readers -= flight.Waiters.Count;
            flight.Job = null;
            flight.Alone |= alone;
            workers = flight.Waiters.FindAll(waiter => waiter.IsWorker);
            flight.Waiters.RemoveAll(waiter => waiter.IsWorker);
            wanted = flight.Waiters.Count > 0;
            if (!wanted) _flights.Remove(flight.Address);
        }

        foreach (ChunkFlight.Waiter waiter in workers)
        {
            waiter.TrySetResult(null);
            waiter.Forget();
        }

        return wanted;
    }

    /// <summary>What comes from the same decodings as some chunks; what a disk has is not decoded. Asked without the lock, since a disk may let one wait.</summary>
    private List<Slab> SlabsOf(IReadOnlyCollection<ChunkAddress> wanted)
    {
        var slabs = new List<Slab>();
        foreach (ChunkAddress address in wanted)
        {
            if (spanOf(address) is not { } span || IsMade(address) || isReadBack(address)) continue;
            slabs.Add(slabs.Find(slab => slab.Span == span && slab.Wanted.Z == address.Z && slab.Wanted.T == address.T) is { Others: { } others }
                ? new Slab(address, span, others)
                : new Slab(address, span, [address, .. span.From(address).Where(other => !isReadBack(other))]));
        }

        return slabs;
    }

    private void ClaimSlab(List<ChunkFlight> wanted, List<Slab> slabs, ChunkJob job, List<ChunkFlight> slab)
    {
        SlabSpan? last = null;
        foreach (ChunkFlight flight in wanted)
        {
            if (flight.Alone || slabs.Find(one => one.Wanted == flight.Address) is not { Others: { } others } found || found.Span == last) continue;
            last = found.Span;
            foreach (ChunkAddress address in others)
            {
                if (Claim(address, job, alone: false, out _) is { } other) slab.Add(other);
            }
        }
    }

    private ChunkFlight? Claim(in ChunkAddress address, ChunkJob job, bool alone, out bool elsewhere)
    {
        elsewhere = false;
        if (_flights.TryGetValue(address, out ChunkFlight? flight))
        {
            elsewhere = flight.Job is not null;
            if (elsewhere || (flight.Alone && !alone)) return null;
        }
        else
        {
            if (IsMade(address)) return null;
            _flights.Add(address, flight = new ChunkFlight(address));
        }

        flight.Job = job;
        flight.Began = revisions.Last;
        job.Readers += flight.Waiters.Count;
        return flight;
    }

    /// <summary>No preview is made of a chunk that is there.</summary>
    private bool IsMade(in ChunkAddress address) => cache.Contains(address) || (address.IsPreview && cache.Contains(address with { IsPreview = false }));

    private bool TryGetMade(in ChunkAddress address, out Lease lease) =>
        (address.IsPreview && cache.TryGet(address with { IsPreview = false }, out lease)) || cache.TryGet(address, out lease);

    private void Add(ChunkFlight flight, ChunkFlight.Waiter waiter)
    {
        flight.Waiters.Add(waiter);
        if (!waiter.IsWorker) Activity.Enter();
        if (flight.Job is { } job) job.Readers++;
    }

    private void Gone(ChunkFlight.Waiter waiter)
    {
        if (!waiter.IsWorker) Activity.Leave();
    }

    private ChunkFlight.Waiter[] End(ChunkFlight flight)
    {
        lock (_sync)
        {
            _flights.Remove(flight.Address);
            ChunkFlight.Waiter[] waiters = [.. flight.Waiters];
            foreach (ChunkFlight.Waiter waiter in waiters) Gone(waiter);
            flight.Waiters.Clear();
            return waiters;
        }
    }

    private void Leave(ChunkFlight flight, ChunkFlight.Waiter waiter, CancellationToken cancellationToken)
    {
        ChunkJob? abandoned = null;
        lock (_sync)
        {
            if (!flight.Waiters.Remove(waiter)) return;
            Gone(waiter);
            if (flight.Job is { } job && --job.Readers == 0 && !job.Nested) abandoned = job;
        }

        waiter.TrySetCanceled(cancellationToken);
        abandoned?.Cancel();
    }

    /// <summary>What is decoded for a chunk.</summary>
    /// <param name="Wanted">The chunk.</param>
    /// <param name="Span">The chunks that come from the same decoding.</param>
    /// <param name="Others">Those that are not read from a disk; also that for which they were looked up first.</param>
    private readonly record struct Slab(ChunkAddress Wanted, SlabSpan Span, List<ChunkAddress>? Others);
}
