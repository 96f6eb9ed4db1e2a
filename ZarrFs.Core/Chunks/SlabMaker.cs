using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Makes level-0 chunks that come from decoding, with all others that come from the same decoding: those go to the cache as far as they
/// fit, and to the scratch where they do not.
/// </summary>
internal sealed class SlabMaker(
    BufferPool pool, ChunkCache cache, FlightTable flights, ChunkScheduler scheduler, ChunkScratch? scratch, IReadOnlyList<SourceRate> rates,
    TimeSpan patience, DiskOffers? offers)
{
    private readonly SlabReader _reader = new(pool, scheduler, patience);

    /// <summary>For what is made by the way, which must not take the memory that others wait for.</summary>
    public ByteAllowance Allowance { get; } = new();

    /// <summary>
    /// Makes the chunks of <paramref name="row"/> into new buffers, where null stands for all fill, and ends the flights of
    /// <paramref name="slab"/>, whatever happens.
    /// </summary>
    /// <param name="volume">Whose chunks.</param>
    /// <param name="row">What is wanted.</param>
    /// <param name="slab">What comes from the same decoding.</param>
    /// <param name="buffers">Takes the buffers of the row, which are the caller's also when this fails.</param>
    /// <param name="job">Whose flights they are.</param>
    /// <param name="queue">Queues what somebody waits for and was not made, or lies in the scratch.</param>
    /// <param name="again">Has a chunk made again whose voxels changed.</param>
    public void Make(
        Multiscale volume, List<ChunkFlight> row, List<ChunkFlight> slab, ChunkBuffer?[] buffers, ChunkJob job, Action<ChunkFlight> queue,
        Action<ChunkFlight, Exception> again)
    {
        var others = new Queue<Other>();
        int next = 0;
        try
        {
            SlabChunk?[] missing = new SlabChunk?[row.Count];
            scheduler.ForEach(row.Count, i =>
            {
                buffers[i] = pool.Rent(volume.ChunkBytes, patience, job.Token);
                switch (scratch?.Read(row[i].Address, buffers[i]!.Span))
                {
                    case SlotState.Present: break;
                    case SlotState.Zero: Drop(ref buffers[i]); break;
                    default: missing[i] = new SlabChunk(volume.Levels[0].Grid.Region(row[i].Address)) { Buffer = buffers[i] }; break;
                }
            });

            SlabChunk[] wanted = [.. missing.OfType<SlabChunk>()];
            for (; next < slab.Count; next++)
            {
                if (wanted.Length > 0 && TryPlace(volume, slab[next]) is { } other) others.Enqueue(other);
                else GiveBack(slab[next], alone: false, queue);
            }

            if (wanted.Length > 0)
            {
                rates[row[0].Address.Volume].Measure(() =>
                {
                    _reader.Read(volume, [.. wanted, .. others.Select(other => other.Chunk)], job.Token);
                    return ExactCost.OfAll(volume, row.Where((_, i) => missing[i] is not null).Select(flight => flight.Address));
                });
            }

            for (int i = 0; i < row.Count; i++)
            {
                if (missing[i] is { HasVoxels: false }) Drop(ref buffers[i]);
            }

            // Before those that somebody waits for: the reader of one asks for the others next.
            while (others.TryDequeue(out Other? other)) Land(volume, other, queue, again);
            if (slab.Count > 0) Prepare(volume, row[0].Address); // for the next one, which is likely like this
        }
        catch (Exception failure)
        {
            bool cancelled = job.Token.IsCancellationRequested;
            SlabSpan? span = SlabSpan.Of(volume, row[0].Address);
            foreach (Other other in others)
            {
                Release(volume, other.Chunk);
                other.Slot?.End(complete: false);
                End(other.Flight);
            }

            for (; next < slab.Count; next++) End(slab[next]);
            throw;

            // What comes from decoding the same has the same fault; and where there was no memory for one, there is none for each alone.
            void End(ChunkFlight flight)
            {
                if (!cancelled && failure is SourceChangedException)
                    again(flight, failure);
                else if (!cancelled && (failure is OverloadException || (failure is SourceException && SlabSpan.Of(volume, flight.Address) == span)))
                    flights.Fail(flight, failure);
                else
                    GiveBack(flight, alone: !cancelled, queue);
            }
        }
    }

    /// <summary>Gives back what comes from a decoding that is not needed.</summary>
    public void GiveBack(List<ChunkFlight> slab, Action<ChunkFlight> queue)
    {
        foreach (ChunkFlight flight in slab) GiveBack(flight, alone: false, queue);
    }

    /// <summary>Has memory touched for the slab of a chunk: new memory can take longer than the decoding.</summary>
    public void Prepare(Multiscale volume, in ChunkAddress address) =>
        pool.Prepare(volume.ChunkBytes, Math.Min(Allowance.Limit, SlabSpan.Of(volume, address)?.Bytes(volume) ?? 0));

    private static void Drop(ref ChunkBuffer? buffer)
    {
        buffer!.Release();
        buffer = null;
    }

    private Other? TryPlace(Multiscale volume, ChunkFlight flight)
    {
        var chunk = new SlabChunk(volume.Levels[0].Grid.Region(flight.Address));
        if (Allowance.TryTake(SizeClass.BytesOf(volume.ChunkBytes)))
        {
            chunk.Buffer = pool.TryRent(volume.ChunkBytes);
            if (chunk.Buffer is not null) return new Other(flight, chunk, null);
            Allowance.Give(SizeClass.BytesOf(volume.ChunkBytes));
        }

        ScratchSlot? slot = scratch?.TryBegin(flight.Address);
        chunk.Slot = slot;
        return slot is null ? null : new Other(flight, chunk, slot);
    }

    private void Land(Multiscale volume, Other other, Action<ChunkFlight> queue, Action<ChunkFlight, Exception> again)
    {
        (ChunkFlight flight, SlabChunk chunk, ScratchSlot? slot) = other;
        if (chunk.Buffer is null)
        {
            slot!.End(complete: true);
            GiveBack(flight, alone: false, queue); // whoever waits gets it from the scratch
            return;
        }

        ChunkBuffer finished = chunk.HasVoxels ? chunk.Buffer : cache.Zeros(volume.ChunkBytes);
        if (flights.TryLand(flight, finished)) offers?.Offer(flight.Address, finished);
        else again(flight, new SupersededException());
        Release(volume, chunk);
    }

    private void Release(Multiscale volume, SlabChunk chunk)
    {
        if (chunk.Buffer is null) return;
        chunk.Buffer.Release();
        chunk.Buffer = null;
        Allowance.Give(SizeClass.BytesOf(volume.ChunkBytes));
    }

    private void GiveBack(ChunkFlight flight, bool alone, Action<ChunkFlight> queue)
    {
        if (flights.GiveBack(flight, alone)) queue(flight);
    }

    /// <summary>A chunk made by the way, and where it goes if not into memory.</summary>
    private sealed record Other(ChunkFlight Flight, SlabChunk Chunk, ScratchSlot? Slot);
}
