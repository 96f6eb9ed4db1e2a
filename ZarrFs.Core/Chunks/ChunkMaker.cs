using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Makes chunks a row at a time: the neighbours along x that the source's natural read unit gives anyway. Level 0 is read
/// (<see cref="BandReader"/>), or decoded with all that comes from the same decoding (<see cref="SlabMaker"/>); level n+1 is halved from
/// rows of level n, through the cache. Runs on the scheduler's workers.
/// </summary>
internal sealed class ChunkMaker
{
    /// <summary>New memory that a reader may have to wait for at once: 1 ms, or 17 on a machine whose host has to find the pages first.</summary>
    public const int NewBytes = 8 << 20;

    // A chunk of a slice that is being rewritten is tried again this often, each time when the source has been looked at.
    private const int MostTries = 8;

    private readonly IReadOnlyList<Multiscale> _volumes;
    private readonly PerVolume<RowWidth> _widths;
    private readonly BufferPool _pool;
    private readonly ChunkCache _cache;
    private readonly FlightTable _flights;
    private readonly ChunkScheduler _scheduler;
    private readonly BandReader _reader;
    private readonly GaussianMaker _gaussian;
    private readonly HalvingMaker _halving;
    private readonly SlabMaker _slabs;
    private readonly PreviewMaker _previews;
    private readonly PreviewChoice _choice;
    private readonly IReadOnlyList<SourceRate> _rates;
    private readonly Action<ChunkAddress> _landed;
    private readonly TimeSpan _patience;
    private readonly IChunkDisk? _disk;
    private readonly DiskOffers? _offers;

    /// <param name="volumes">The catalogue.</param>
    /// <param name="pool">The memory budget.</param>
    /// <param name="cache">Where what is made goes.</param>
    /// <param name="flights">What is on its way.</param>
    /// <param name="scheduler">Whose workers make it.</param>
    /// <param name="scratch">Where decoded chunks go that have no room in memory, or null.</param>
    /// <param name="choice">What previews say of how much is made in one go.</param>
    /// <param name="rates">Told what the volumes' sources give.</param>
    /// <param name="landed">Told of each exact chunk above level 0, on the worker, when it is in the cache.</param>
    /// <param name="patience">How long it waits for memory.</param>
    /// <param name="disk">Where chunks are kept from run to run, or null.</param>
    /// <param name="offers">Told of what could be kept there, or null.</param>
    public ChunkMaker(
        IReadOnlyList<Multiscale> volumes, BufferPool pool, ChunkCache cache, FlightTable flights, ChunkScheduler scheduler, ChunkScratch? scratch,
        PreviewChoice choice, IReadOnlyList<SourceRate> rates, Action<ChunkAddress> landed, TimeSpan patience, IChunkDisk? disk = null,
        DiskOffers? offers = null)
    {
        _patience = patience;
        _disk = disk;
        _offers = offers;
        _volumes = volumes;
        _pool = pool;
        _cache = cache;
        _flights = flights;
        _scheduler = scheduler;
        _reader = new BandReader(pool, scheduler, patience);
        _gaussian = new GaussianMaker(pool, cache, scheduler, patience);
        _widths = new PerVolume<RowWidth>(volumes, v => RowWidth.For(v, pool.Budget, scheduler.Workers));
        _halving = new HalvingMaker(volumes, pool, cache, scheduler, patience);
        _slabs = new SlabMaker(pool, cache, flights, scheduler, scratch, rates, patience, offers);
        _previews = new PreviewMaker(pool, cache, flights, scheduler, offers, _slabs.Allowance, patience);
        _choice = choice;
        _rates = rates;
        _landed = landed;
        Prepare(0);
    }

    /// <summary>Has a source looked at because a reader met a changed file; ends when that is done, and what was found is taken in.</summary>
    public Func<ISource, Task>? LookAgain { get; set; }

    /// <summary>Makes ready for volumes of the catalogue, from a number on.</summary>
    public void Prepare(int first)
    {
        // What is made by the way must leave enough for the most that all workers ever need, of any volume.
        long needed = _volumes.Select((v, i) => _scheduler.Workers * _widths[i].BytesFor(v)).DefaultIfEmpty().Max();
        _slabs.Allowance.Limit = Math.Max(0, Math.Min(_pool.Budget / 2, _pool.Budget - needed));
        // The first one last: it is likely asked first.
        for (int i = _volumes.Count - 1; i >= first; i--) _slabs.Prepare(_volumes[i], new ChunkAddress(i, 0, 0, 0, 0, 0, 0));
    }

    public void Queue(ChunkFlight flight, ChunkPriority priority, CancellationToken stop) =>
        _scheduler.Enqueue(priority, () =>
        {
            var slab = new List<ChunkFlight>();
            using ChunkJob? job = _flights.Begin(flight, slab, stop);
            if (job is null) return;
            job.Limit = _choice.LimitOf(flight.Address);
            Multiscale volume = _volumes[flight.Address.Volume];
            if (flight.Address.IsPreview)
                _previews.Make(volume, flight, slab, job, again => Queue(again, ChunkPriority.Urgent, stop), (again, reason) => Again(again, reason, stop));
            else
                MakeWithNeighbours(flight, slab, job, stop);
        });

    /// <summary>Makes those of some chunks of a row above level 0 that are missing and that nobody else makes; to be called by a worker.</summary>
    /// <param name="row">The chunks.</param>
    /// <param name="limit">Most bytes that they may cost.</param>
    /// <param name="stop">Ends it early.</param>
    public void MakeAhead(IReadOnlyList<ChunkAddress> row, long limit, CancellationToken stop)
    {
        using var job = new ChunkJob(stop) { Limit = new ReadLimit(limit) };
        List<ChunkFlight> mine = [.. row.Select(address => _flights.Claim(address, job)).OfType<ChunkFlight>()];
        if (mine.Count == 0) return;
        foreach (Lease lease in MakeRow(_volumes[row[0].Volume], mine, [], job, stop)) lease.Dispose();
    }

    /// <summary>Most chunks of a row that are made in one go.</summary>
    public int MostInRow(in ChunkAddress address) => Math.Min(WidthOf(address), _choice.MostInRow(address));

    private int WidthOf(in ChunkAddress address) => _widths[address.Volume].At(address.Level);

    private void MakeWithNeighbours(ChunkFlight wanted, List<ChunkFlight> slab, ChunkJob job, CancellationToken stop)
    {
        Multiscale volume = _volumes[wanted.Address.Volume];
        (long First, long End) all = wanted.Alone || IsDecoded(volume, wanted.Address) || IsSmooth(volume, wanted.Address) || IsOnDisk(wanted.Address)
            ? (wanted.Address.X, wanted.Address.X + 1)
            : Neighbours(volume, wanted.Address);
        (long First, long End) now = wanted.Ahead ? all : WithoutNewMemory(volume, wanted.Address, all);
        var row = new List<ChunkFlight>();
        for (long x = now.First; x < now.End; x++)
        {
            ChunkAddress address = wanted.Address with { X = x };
            ChunkFlight? flight = x == wanted.Address.X ? wanted : IsOnDisk(address) ? null : _flights.Claim(address, job);
            if (flight is not null) row.Add(flight);
        }

        try
        {
            foreach (Lease lease in MakeRow(volume, row, slab, job, stop)) lease.Dispose();
        }
        catch (Exception)
        {
            // Everybody who waits has been told by MakeRow; a worker has nobody above it to tell.
            return;
        }

        if (now == all) return;
        long next = now.End < all.End ? now.End : all.First;
        if (_flights.Announce(wanted.Address with { X = next }) is { } rest) Queue(rest, ChunkPriority.Neighbour, stop);
    }

    /// <summary>True for a chunk that is read from the disk alone: nothing comes with it.</summary>
    private bool IsOnDisk(in ChunkAddress address) => _disk?.Has(address) == true;

    /// <summary>
    /// The part of a level-0 row that fits in memory that has been touched before, from the wanted chunk on. Nobody should wait while the
    /// system finds new pages for chunks he did not ask for; they come after, with <see cref="ChunkPriority.Neighbour"/>.
    /// </summary>
    private (long First, long End) WithoutNewMemory(Multiscale volume, in ChunkAddress wanted, (long First, long End) all)
    {
        if (wanted.Level > 0) return all;
        long room = Math.Max(1L, NewBytes / volume.ChunkBytes) + _pool.ReadyBuffers(volume.ChunkBytes);
        long end = Math.Min(all.End, wanted.X + room);
        return (Math.Max(all.First, end - room), end);
    }

    /// <summary>The chunks along x that lie wholly in what is read anyway for this one, as far as memory allows.</summary>
    private (long First, long End) Neighbours(Multiscale volume, in ChunkAddress address)
    {
        Level level = volume.Levels[address.Level];
        long width = MostInRow(address);
        long first = address.X / width * width;
        long end = Math.Min(level.Grid.Counts.X, first + width);

        long voxels = (long)volume.Chunk.X << address.Level;
        long limit = volume.Volume.Shape.X;
        (long start, long stop) = volume.Volume.WidenX(address.X * voxels, Math.Min(limit, (address.X + 1) * voxels));
        first = Math.Max(first, (start + voxels - 1) / voxels);
        end = stop == limit ? end : Math.Min(end, stop / voxels);
        return (Math.Min(first, address.X), Math.Max(end, address.X + 1));
    }

    private static bool IsDecoded(Multiscale volume, in ChunkAddress address) => address.Level == 0 && volume.Volume.Source.Unit.IsDecoded;

    /// <summary>True for a chunk that costs so much more than its neighbours save that nobody should wait for those.</summary>
    private static bool IsSmooth(Multiscale volume, in ChunkAddress address) => address.Level > 0 && volume.Method == DownsampleMethod.Gaussian;

    /// <summary>
    /// Makes the chunks of a row, or reads them from the disk, and ends their flights, and those of <paramref name="slab"/> that come from
    /// the same decoding, whatever happens; gives a lease on each of the row.
    /// </summary>
    private Lease[] MakeRow(Multiscale volume, List<ChunkFlight> row, List<ChunkFlight> slab, ChunkJob job, CancellationToken stop)
    {
        var buffers = new ChunkBuffer?[row.Count];
        var leases = new Lease?[row.Count];
        try
        {
            int[] missing = [];
            try
            {
                int[] absent = ReadBack(volume, row, buffers, leases, job);
                CheckLimit(volume, [.. absent.Select(i => row[i].Address)], job);
                missing = absent;
            }
            finally
            {
                if (missing.Length == 0) _slabs.GiveBack(slab, flight => Queue(flight, ChunkPriority.Urgent, stop));
            }

            if (missing.Length > 0) MakeMissing(volume, [.. missing.Select(i => row[i])], slab, buffers, job, stop);
            for (int i = 0; i < missing.Length; i++)
            {
                leases[missing[i]] = Land(volume, row[missing[i]], ref buffers[i]);
                _offers?.Offer(row[missing[i]].Address, leases[missing[i]]!.Buffer);
            }

            return leases!;
        }
        catch (Exception failure)
        {
            bool cancelled = job.Token.IsCancellationRequested;
            for (int i = 0; i < row.Count; i++)
            {
                // One bad neighbour must not fail the others: each is tried again without the rest. A cancelled job gives back what
                // others have come to wait for meanwhile.
                if (leases[i] is { } lease) lease.Dispose();
                else if (!cancelled && failure is SourceChangedException or SupersededException) Again(row[i], failure, stop);
                else if (!cancelled && row.Count == 1 && !(job.Nested && failure is NotThereException)) _flights.Fail(row[i], failure); // that is of the whole
                else if (_flights.GiveBack(row[i], alone: !cancelled)) Queue(row[i], ChunkPriority.Urgent, stop);
            }

            throw;
        }
        finally
        {
            foreach (ChunkBuffer? buffer in buffers) buffer?.Release();
        }
    }

    /// <summary>Lands the chunks of a row that the disk has, and gives the places of the others. No buffer is taken then.</summary>
    private int[] ReadBack(Multiscale volume, List<ChunkFlight> row, ChunkBuffer?[] buffers, Lease?[] leases, ChunkJob job)
    {
        // What is not kept may be there all the same: somebody has put it there on purpose, or with other options.
        if (_disk is null || (!_disk.Keeps(row[0].Address.Volume, row[0].Address.Level) && !row.Exists(flight => IsOnDisk(flight.Address)))) return [.. Enumerable.Range(0, row.Count)];
        _scheduler.ForEach(row.Count, i =>
        {
            job.Token.ThrowIfCancellationRequested();
            buffers[i] = _pool.Rent(volume.ChunkBytes, _patience, job.Token);
            CachedState state = _disk.TryRead(row[i].Address, buffers[i]!.Span);
            if (state == CachedState.Present) leases[i] = Land(volume, row[i], ref buffers[i], isMade: false);
            buffers[i]?.Release();
            buffers[i] = null;
            if (state == CachedState.Empty) leases[i] = Land(volume, row[i], ref buffers[i], isMade: false);
        });
        return [.. Enumerable.Range(0, row.Count).Where(i => leases[i] is null)];
    }

    /// <summary>Keeps a job from making at any price what was said to be there and is not.</summary>
    /// <exception cref="NotThereException">Some of the chunks of a row cost too much now.</exception>
    private void CheckLimit(Multiscale volume, ChunkAddress[] missing, ChunkJob job)
    {
        if (job.Limit is not { } limit || missing.Length == 0) return;
        if (missing[0].Level == 0) limit.Read(ExactCost.OfAll(volume, missing));
        else if (!Array.TrueForAll(missing, address => _choice.IsWithin(address, limit.Bytes))) throw new NotThereException();
    }

    /// <summary>Makes the chunks of a row into new buffers, where null stands for all fill, and ends the flights of the slab, whatever happens.</summary>
    private void MakeMissing(Multiscale volume, List<ChunkFlight> row, List<ChunkFlight> slab, ChunkBuffer?[] buffers, ChunkJob job, CancellationToken stop)
    {
        if (IsDecoded(volume, row[0].Address))
            _slabs.Make(volume, row, slab, buffers, job, flight => Queue(flight, ChunkPriority.Urgent, stop), (flight, reason) => Again(flight, reason, stop));
        else if (row[0].Address.Level == 0) ReadRow(volume, row, buffers, job);
        else if (IsSmooth(volume, row[0].Address)) SmoothRow(volume, row, buffers, job, stop);
        else
        {
            ChunkAddress[] parents = [.. row.Select(flight => flight.Address)];
            _halving.Make(volume, parents, WidthOf(parents[0]), buffers, wanted => Obtain(volume, wanted, job, stop), job.Token);
        }
    }

    private Lease Land(Multiscale volume, ChunkFlight flight, ref ChunkBuffer? buffer, bool isMade = true)
    {
        if (buffer is not null && Zeros.IsAllZero(buffer.Span))
        {
            buffer.Release();
            buffer = null;
        }

        ChunkBuffer finished = buffer ?? _cache.Zeros(volume.ChunkBytes);
        Lease lease = Lease.TryTake(finished)!;
        if (!_flights.TryLand(flight, finished, isMade: isMade))
        {
            lease.Dispose();
            throw new SupersededException();
        }

        if (flight.Address.Level > 0) _landed(flight.Address); // after the readers: a mount that is told may have to wait for their replies
        return lease;
    }

    /// <summary>
    /// Has a chunk made again for those who wait for it: at once if the change has been taken in by now, else when the source has been
    /// looked at. Not for ever.
    /// </summary>
    private void Again(ChunkFlight flight, Exception reason, CancellationToken stop)
    {
        Task? looked = reason is SourceChangedException ? LookAgain?.Invoke(_volumes[flight.Address.Volume].Volume.Source) : Task.CompletedTask;
        bool isWaiting = !flight.Looked.IsCompleted;
        if (looked is null || (!isWaiting && ++flight.Tries > MostTries))
        {
            string path = (reason as SourceException)?.Path ?? _volumes[flight.Address.Volume].Volume.Source.Path;
            string what = (reason as SourceException)?.Detail ?? "changes all the time";
            if (looked is not null) what = $"{what}; the chunk was begun {flight.Tries} times and the file was never at rest";
            _flights.Fail(flight, new SourceException(path, what, reason));
            return;
        }

        if (!isWaiting) flight.Looked = looked;
        if (!_flights.GiveBack(flight, alone: false) || isWaiting) return;
        if (looked.IsCompleted) Queue(flight, ChunkPriority.Urgent, stop);
        else _ = looked.ContinueWith(_ => Queue(flight, ChunkPriority.Urgent, stop), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void ReadRow(Multiscale volume, List<ChunkFlight> row, ChunkBuffer?[] buffers, ChunkJob job) => _rates[row[0].Address.Volume].Measure(() =>
    {
        _reader.Read(volume, [.. row.Select(flight => flight.Address)], buffers, job.Token);
        return ExactCost.OfAll(volume, row.Where((_, i) => buffers[i] is not null).Select(flight => flight.Address)); // holes are not read
    });

    /// <summary>Makes a row of level n+1 chunk by chunk: each needs so much of level n that there is no memory for more at once.</summary>
    private void SmoothRow(Multiscale volume, List<ChunkFlight> row, ChunkBuffer?[] buffers, ChunkJob job, CancellationToken stop)
    {
        for (int i = 0; i < row.Count; i++)
            buffers[i] = _gaussian.Make(volume, row[i].Address, wanted => Obtain(volume, wanted, job, stop), job.Token);
    }

    /// <summary>Leases on chunks of one row, which are in memory, made now, or made by another worker just now.</summary>
    private Dictionary<ChunkAddress, Lease> Obtain(Multiscale volume, List<ChunkAddress> wanted, ChunkJob parent, CancellationToken stop)
    {
        var found = new Dictionary<ChunkAddress, Lease>(wanted.Count);
        try
        {
            // Until none is missing: what is in memory now may be evicted before it is leased, and another worker's job may be cancelled.
            while (found.Count < wanted.Count)
            {
                parent.Token.ThrowIfCancellationRequested();
                using var job = new ChunkJob(parent.Token) { Nested = true, Limit = parent.Limit };
                var missing = new List<ChunkAddress>();
                var mine = new List<ChunkFlight>();
                var slab = new List<ChunkFlight>();
                var theirs = new List<ChunkAddress>();
                foreach (ChunkAddress address in wanted)
                {
                    if (found.ContainsKey(address)) continue;
                    if (_cache.TryGet(address, out Lease lease)) found.Add(address, lease);
                    else missing.Add(address);
                }

                _flights.Claim(missing, job, mine, slab, theirs);
                if (mine.Count > 0)
                {
                    Lease[] made = MakeRow(volume, mine, slab, job, stop);
                    for (int i = 0; i < made.Length; i++) found.Add(mine[i].Address, made[i]);
                }

                foreach (ChunkAddress address in theirs)
                {
                    if (Await(address, parent) is { } lease) found.Add(address, lease);
                }
            }

            return found;
        }
        catch
        {
            foreach (Lease lease in found.Values) lease.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Waits until another worker has made a chunk, helping with what is shared out meanwhile; null if it gave it back undone, or nobody is
    /// making it any more. No circle can close: a worker waits only for a running job, never for a queued one, and only for chunks of a
    /// level below all those it is making; the pieces it helps with wait for no chunk, and it has the memory for one.
    /// </summary>
    private Lease? Await(in ChunkAddress address, ChunkJob parent)
    {
        Task<Lease?> made = _flights.JoinRunning(address, parent.Token);
        while (!made.IsCompleted)
        {
            if (!_scheduler.TryHelp()) Task.WaitAny([made], millisecondsTimeout: 1);
        }

        try
        {
            return made.GetAwaiter().GetResult();
        }
        catch (NotThereException)
        {
            return null; // too dear for that job, perhaps not for this one
        }
    }
}
