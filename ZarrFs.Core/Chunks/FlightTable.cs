using ZarrFs.Core.Cache;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Single flight: every missing chunk that somebody wants or a worker makes, once each. One lock guards all of it; it is held for
/// dictionary operations only, and taken only for chunks that are not in memory.
/// </summary>
internal sealed class FlightTable(ChunkCache cache)
{
    private readonly Lock _sync = new();
    private readonly Dictionary<ChunkAddress, ChunkFlight> _flights = [];

    /// <summary>Number of chunks on their way.</summary>
    public int Count
    {
        get
        {
            lock (_sync) return _flights.Count;
        }
    }

    /// <summary>Waits for a chunk. <paramref name="toQueue"/> is a new flight that the caller has to queue, or null if it is on its way.</summary>
    public Task<Lease> Join(in ChunkAddress address, CancellationToken cancellationToken, out ChunkFlight? toQueue)
    {
        toQueue = null;
        ChunkFlight? flight;
        var waiter = new ChunkFlight.Waiter();
        lock (_sync)
        {
            if (!_flights.TryGetValue(address, out flight))
            {
                // Again under the lock: it may have landed since the caller looked.
                if (cache.TryGet(address, out Lease lease)) return Task.FromResult(lease);
                _flights.Add(address, flight = toQueue = new ChunkFlight(address));
            }

            flight.Waiters.Add(waiter);
            if (flight.Job is { } job) job.Readers++;
        }

        if (cancellationToken.CanBeCanceled)
        {
            waiter.Registration = cancellationToken.UnsafeRegister(_ => Leave(flight, waiter, cancellationToken), null);
            if (waiter.Task.IsCompleted) waiter.Registration.Unregister();
        }

        return waiter.Task;
    }

    /// <summary>Begins a queued flight as a job of its own; null if it is no longer wanted or somebody else took it.</summary>
    public ChunkJob? Begin(ChunkFlight flight, CancellationToken stop)
    {
        lock (_sync)
        {
            if (flight.Job is not null || !_flights.TryGetValue(flight.Address, out ChunkFlight? current) || current != flight) return null;
            if (flight.Waiters.Count == 0)
            {
                _flights.Remove(flight.Address);
                return null;
            }

            flight.Job = new ChunkJob(stop) { Readers = flight.Waiters.Count };
            return flight.Job;
        }
    }

    /// <summary>Takes a missing chunk into a running job; null if it is in memory or another job makes it (<paramref name="elsewhere"/>).</summary>
    public ChunkFlight? Claim(in ChunkAddress address, ChunkJob job, out bool elsewhere)
    {
        lock (_sync)
        {
            elsewhere = false;
            if (_flights.TryGetValue(address, out ChunkFlight? flight))
            {
                elsewhere = flight.Job is not null;
                if (elsewhere) return null;
            }
            else
            {
                if (cache.Contains(address)) return null;
                _flights.Add(address, flight = new ChunkFlight(address));
            }

            flight.Job = job;
            job.Readers += flight.Waiters.Count;
            return flight;
        }
    }

    /// <summary>True if somebody waits for it.</summary>
    public bool IsWanted(ChunkFlight flight)
    {
        lock (_sync) return flight.Waiters.Count > 0;
    }

    /// <summary>Ends a flight with its chunk, which is in the cache by now and which the caller still holds.</summary>
    public void Land(ChunkFlight flight, ChunkBuffer buffer)
    {
        foreach (ChunkFlight.Waiter waiter in End(flight))
        {
            Lease lease = Lease.TryTake(buffer) ?? throw new InvalidOperationException("a chunk landed without a reference");
            if (!waiter.TrySetResult(lease)) lease.Dispose();
        }
    }

    /// <summary>Ends a flight with an error for everybody who waits. Errors are not kept: the next reader tries again.</summary>
    public void Fail(ChunkFlight flight, Exception failure)
    {
        foreach (ChunkFlight.Waiter waiter in End(flight)) waiter.TrySetException(failure);
    }

    /// <summary>Ends every flight: the program stops.</summary>
    public void FailAll(Exception failure)
    {
        ChunkFlight[] flights;
        lock (_sync) flights = [.. _flights.Values];
        foreach (ChunkFlight flight in flights) Fail(flight, failure);
    }

    /// <summary>Takes a flight out of its job, undone; true if somebody still waits, and the caller has to queue it.</summary>
    public bool GiveBack(ChunkFlight flight, bool alone)
    {
        lock (_sync)
        {
            flight.Job = null;
            flight.Alone |= alone;
            if (flight.Waiters.Count > 0) return true;
            _flights.Remove(flight.Address);
            return false;
        }
    }

    private ChunkFlight.Waiter[] End(ChunkFlight flight)
    {
        ChunkFlight.Waiter[] waiters;
        lock (_sync)
        {
            _flights.Remove(flight.Address);
            waiters = [.. flight.Waiters];
            flight.Waiters.Clear();
        }

        foreach (ChunkFlight.Waiter waiter in waiters) waiter.Registration.Unregister();
        return waiters;
    }

    private void Leave(ChunkFlight flight, ChunkFlight.Waiter waiter, CancellationToken cancellationToken)
    {
        ChunkJob? abandoned = null;
        lock (_sync)
        {
            if (!flight.Waiters.Remove(waiter)) return;
            if (flight.Job is { } job && --job.Readers == 0 && !job.Nested) abandoned = job;
        }

        waiter.TrySetCanceled(cancellationToken);
        abandoned?.Cancel();
    }
}
