using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Makes previews of chunks of level 1 and above, in one pass those that come from the same rows. With the <c>nearest</c> method what comes of
/// it is the level itself, and is kept as that.
/// </summary>
internal sealed class PreviewMaker(
    BufferPool pool, ChunkCache cache, FlightTable flights, ChunkScheduler scheduler, DiskOffers? offers, ByteAllowance allowance, TimeSpan patience)
{
    private readonly PreviewReader _reader = new(pool, scheduler, patience);

    /// <summary>Makes some previews and ends their flights, whatever happens.</summary>
    /// <param name="volume">Whose.</param>
    /// <param name="wanted">What somebody waits for.</param>
    /// <param name="others">What comes from the same rows: made as far as there is memory for it.</param>
    /// <param name="job">Whose flights they are.</param>
    /// <param name="queue">Queues what somebody waits for and was not made.</param>
    /// <param name="again">Has a chunk made again whose voxels changed.</param>
    public void Make(
        Multiscale volume, ChunkFlight wanted, List<ChunkFlight> others, ChunkJob job, Action<ChunkFlight> queue, Action<ChunkFlight, Exception> again)
    {
        ChunkGrid grid = volume.Levels[wanted.Address.Level].Grid;
        List<(ChunkFlight Flight, SlabChunk Chunk)> placed = [(wanted, new SlabChunk(grid.Region(wanted.Address)))];
        int next = 0, landed = 0;
        try
        {
            placed[0].Chunk.Buffer = pool.Rent(volume.ChunkBytes, patience, job.Token);
            for (; next < others.Count; next++)
            {
                if (TryRent(volume, placed.Count) is { } buffer) placed.Add((others[next], new SlabChunk(grid.Region(others[next].Address)) { Buffer = buffer }));
                else if (flights.GiveBack(others[next], alone: false)) queue(others[next]);
            }

            _reader.Read(volume, wanted.Address.Level, [.. placed.Select(one => one.Chunk)], job.Token);
            placed.Reverse(); // the wanted one last: its reader asks for the others next
            for (; landed < placed.Count; landed++) Land(volume, placed[landed].Flight, placed[landed].Chunk);
        }
        catch (Exception failure)
        {
            // One bad neighbour must not fail the others: each that somebody waits for is tried again by itself.
            bool cancelled = job.Token.IsCancellationRequested, single = others.Count == 0;
            foreach (ChunkFlight flight in placed.Skip(landed).Select(one => one.Flight).Concat(others.Skip(next)))
            {
                if (!cancelled && failure is SourceChangedException or SupersededException) again(flight, failure);
                else if (!cancelled && single) flights.Fail(flight, failure);
                else if (flights.GiveBack(flight, alone: !cancelled)) queue(flight);
            }
        }
        finally
        {
            foreach ((ChunkFlight flight, SlabChunk chunk) in placed)
            {
                if (flight != wanted) allowance.Give(SizeClass.BytesOf(volume.ChunkBytes));
                chunk.Buffer?.Release();
            }
        }
    }

    private ChunkBuffer? TryRent(Multiscale volume, int before)
    {
        // Nobody should wait for new memory for what he did not ask for, unless the others would decode everything anew.
        long bytes = SizeClass.BytesOf(volume.ChunkBytes);
        bool isNew = before * bytes >= ChunkMaker.NewBytes && pool.ReadyBuffers(volume.ChunkBytes) == 0;
        if ((isNew && !volume.Volume.Source.Unit.IsDecoded) || !allowance.TryTake(bytes)) return null;
        if (pool.TryRent(volume.ChunkBytes) is { } buffer) return buffer;
        allowance.Give(bytes);
        return null;
    }

    private void Land(Multiscale volume, ChunkFlight flight, SlabChunk chunk)
    {
        bool isProvisional = volume.Method != DownsampleMethod.Nearest;
        chunk.Buffer!.IsProvisional = isProvisional;
        ChunkBuffer finished = chunk.HasVoxels ? chunk.Buffer : cache.Zeros(volume.ChunkBytes, isProvisional);
        ChunkAddress address = flight.Address with { IsPreview = isProvisional };
        if (!flights.TryLand(flight, finished, address)) throw new SupersededException();
        if (!isProvisional) offers?.Offer(address, finished);
    }
}
