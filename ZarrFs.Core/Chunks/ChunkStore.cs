using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>The chunks of all volumes, made on demand and kept in memory: cache, single flight, workers.</summary>
public sealed class ChunkStore : IChunkReader, IDisposable
{
    private const int PollMilliseconds = 20;

    private readonly IReadOnlyList<Multiscale> _volumes;
    private readonly int _workers;
    private readonly ChunkCache _cache;
    private readonly ChunkScratch? _scratch;
    private readonly IChunkDisk? _disk;
    private readonly DiskOffers? _offers;
    private readonly ExactElsewhere? _elsewhere;
    private readonly FlightTable _flights;
    private readonly ChunkScheduler _scheduler;
    private readonly ChunkMaker _maker;
    private readonly ChunkRevisions _revisions;
    private readonly GivenChunks _everGiven;
    private readonly PreviewChoice _choice;
    private readonly GivenPreviews _given = new();
    private readonly Sharpener _sharpener;
    private readonly Lock _changing = new();
    private volatile Action<ChunkAddress>? _changed;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;

    /// <param name="volumes">The catalogue: a volume's place in it is its number in addresses.</param>
    /// <param name="pool">The memory budget.</param>
    /// <param name="workers">Threads that make chunks.</param>
    /// <param name="scratch">Where chunks that come from decoding go when they have no room in memory; null for nowhere.</param>
    /// <param name="logger">Told once if that fails.</param>
    /// <param name="previews">When chunks of coarse levels are previews; null for never.</param>
    /// <param name="disk">Where chunks are kept from run to run, of the same volumes; the caller's, who disposes it after this. Null for nowhere.</param>
    /// <param name="patience">How long it waits for others; as usual if null.</param>
    /// <exception cref="OptionException">The budget is too small to make one chunk a worker.</exception>
    public ChunkStore(
        IReadOnlyList<Multiscale> volumes, BufferPool pool, int workers, ScratchOptions? scratch = null, ILogger? logger = null, PreviewOptions? previews = null,
        IChunkDisk? disk = null, Patience? patience = null)
    {
        patience ??= Patience.Usual;
        CheckBudget(volumes, pool.Budget, workers);
        _workers = workers;
        _volumes = volumes;
        _disk = disk;
        _stopping = _stop.Token;
        Pool = pool;
        // A list that grows may come to have volumes that are decoded.
        if (scratch is { MaxBytes: > 0 } && (volumes is VolumeList || volumes.Any(volume => volume.Volume.Source.Unit.IsDecoded)))
            _scratch = new ChunkScratch(volumes, scratch, logger ?? NullLogger.Instance);
        _cache = new ChunkCache(pool, _scratch);
        _revisions = new ChunkRevisions(volumes);
        _everGiven = new GivenChunks(volumes);
        _flights = new FlightTable(
            _cache, IsReadBack,
            address => address.IsPreview ? PreviewSpan.Of(volumes[address.Volume], address) : SlabSpan.Of(volumes[address.Volume], address), _revisions);
        _scheduler = new ChunkScheduler(workers);
        var rates = new PerVolume<SourceRate>(volumes, static _ => new SourceRate());
        _choice = new PreviewChoice(volumes, previews ?? PreviewOptions.Off, rates, Has);
        if (disk is not null) _offers = new DiskOffers(disk, _cache, patience.Disk);
        _maker = new ChunkMaker(volumes, pool, _cache, _flights, _scheduler, _scratch, _choice, rates, address => Exact(address), patience.Memory, disk, _offers);
        _sharpener = new Sharpener(volumes, _choice, _given, _cache, pool, _maker, _scheduler, _flights.Activity, _stopping);
        if (disk is not null && _choice.IsOn) _elsewhere = new ExactElsewhere(disk, _given, address => Exact(address));
    }

    /// <summary>The memory budget and what is used of it.</summary>
    public BufferPool Pool { get; }

    /// <summary>Chunks in memory.</summary>
    public int Cached => _cache.Count;

    /// <summary>Chunks on their way.</summary>
    public int InFlight => _flights.Count;

    /// <summary>Readers who wait for a chunk just now.</summary>
    public int Waiting => _flights.Activity.Waiting;

    /// <summary>When the last of those who do not wait any more did, by <see cref="Environment.TickCount64"/>.</summary>
    public long LastWaited => _flights.Activity.LastWaited;

    /// <summary>What previews have come to.</summary>
    public PreviewCounts Previews => new(_given.Count, _sharpener.Sharpened);

    /// <summary>Chunks that were made by now.</summary>
    public MadeCounts Made => _flights.Made;

    /// <summary>Chunks of one level of which somebody has a preview, and whose exact bytes have not come since.</summary>
    public int ProvisionalOf(int volume, int level) => _given.CountOf(volume, level);

    /// <summary>Chunks on disk, or null if none are kept there.</summary>
    internal ChunkScratch? Scratch => _scratch;

    /// <summary>How many workers a budget allows; 0 if it is too small for one.</summary>
    public static int MostWorkers(IReadOnlyList<Multiscale> volumes, long budget) =>
        volumes.Count == 0 ? int.MaxValue : (int)volumes.Min(volume => Math.Min(int.MaxValue, budget / RowWidth.LeastBytes(volume)));

    /// <summary>Bytes of a budget that so many workers never need all at once to make chunks: what others may hold without anybody waiting for it.</summary>
    public static long Spare(IReadOnlyList<Multiscale> volumes, long budget, int workers) =>
        Math.Max(0, budget - volumes.Select(volume => workers * RowWidth.For(volume, budget, workers).BytesFor(volume)).DefaultIfEmpty().Max());

    /// <summary>Refuses volumes that this could not make chunks of.</summary>
    /// <exception cref="OptionException">The budget is too small to make one chunk a worker.</exception>
    public void CheckBudget(IReadOnlyList<Multiscale> added) => CheckBudget(added, Pool.Budget, _workers);

    /// <summary>Makes ready for volumes that were added to the list, from a number on, before anybody asks for them.</summary>
    public void Prepare(int first) => _maker.Prepare(first);

    /// <summary>
    /// Ends when no chunk of a volume is on its way. To be called when the volume cannot be found any more, so that those who found it
    /// before get what they asked for.
    /// </summary>
    public async Task WaitForReadersAsync(int volume)
    {
        _given.RemoveAll(volume); // or previews would be made exact, one after the other, for nobody
        while (_flights.HasAny(volume)) await Task.Delay(PollMilliseconds, _stopping);
    }

    /// <summary>Lets go of all that is kept of a volume that is not shown any more.</summary>
    public void Remove(int volume)
    {
        _given.RemoveAll(volume);
        _cache.Remove(address => address.Volume == volume);
        _scratch?.Remove(volume);
        _everGiven.Remove(volume);
    }

    /// <summary>
    /// Has a source looked at because a reader met a file that has changed; the task ends when what was found is taken in. While it is null
    /// such a read fails.
    /// </summary>
    public Func<ISource, Task>? LookAgain
    {
        get => _maker.LookAgain;
        set => _maker.LookAgain = value;
    }

    /// <summary>
    /// Takes changes of a source in: from now on no chunk is given out that they go into and that was made before, also not one on its way.
    /// No chunk ever has voxels of both states of a file.
    /// </summary>
    public void TakeIn(ISource source, IReadOnlyList<SourceChange> changes)
    {
        int[] numbers = [.. Enumerable.Range(0, _volumes.Count).Where(i => ReferenceEquals(_volumes[i].Volume.Source, source))];
        List<VoxelBox> boxes = VoxelBox.Joined(changes.Select(static change => change.Box));
        // Before the source gives the new voxels; the disk keeps none of these chunks any more, whoever offers one.
        // All changes so far in one: a list of each would grow for as long as this runs.
        foreach (int number in numbers) _disk?.Forget(number, address => IsFed(_volumes[number], address) || _revisions.Of(address) > 0);
        _flights.Change(() =>
        {
            // In this order: what leaves memory may be on its way to the scratch, and whoever sees the new revision finds nothing old.
            _cache.Remove(IsOld);
            _scratch?.Remove(IsOld);
            source.TakeIn(changes);
            _revisions.Add(numbers, boxes);
        });
        _sharpener.Retry();
        if (_changed is not { } changed) return;
        foreach (int number in numbers)
        {
            foreach (ChunkAddress address in boxes.SelectMany(box => ChunkFeed.FedBy(_volumes[number], number, box)).Where(address => _everGiven.Contains(address)))
                changed(address);
        }

        bool IsFed(Multiscale volume, ChunkAddress address)
        {
            VoxelBox feed = ChunkFeed.Of(volume, address);
            return boxes.Exists(box => box.Overlaps(feed));
        }

        bool IsOld(ChunkAddress address) => numbers.Contains(address.Volume) && IsFed(_volumes[address.Volume], address);
    }

    /// <inheritdoc/>
    public int RevisionOf(in ChunkAddress address) => _revisions.Of(address);

    /// <inheritdoc/>
    public void OnChanged(Action<ChunkAddress> handler)
    {
        lock (_changing) _changed += handler;
    }

    /// <inheritdoc/>
    public bool TryGet(in ChunkAddress address, out Lease lease)
    {
        _everGiven.Mark(address);
        if (!_cache.TryGet(address, out lease) && !TryGetPreview(address, out lease)) return false;
        lease.Buffer.MarkRead();
        return true;
    }

    /// <inheritdoc/>
    public Task<Lease> GetAsync(ChunkAddress address, CancellationToken cancellationToken)
    {
        if ((uint)address.Volume >= (uint)_volumes.Count || (uint)address.Level >= (uint)_volumes[address.Volume].Levels.Count
            || !_volumes[address.Volume].Levels[address.Level].Grid.Contains(address))
        {
            throw new ArgumentOutOfRangeException(nameof(address), address, "no such chunk");
        }

        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<Lease>(cancellationToken);
        if (TryGet(address, out Lease lease)) return Task.FromResult(lease);
        return _choice.IsOn ? GetChosenAsync(address, cancellationToken) : Join(address, cancellationToken);
    }

    /// <inheritdoc/>
    public ChunkStatus StatusOf(in ChunkAddress address) =>
        _volumes[address.Volume].Method != DownsampleMethod.Nearest && IsPreviewed(address) ? ChunkStatus.Provisional : ChunkStatus.Final;

    /// <summary>To be told of exact bytes that have come from elsewhere: a preview of the chunk goes, and who was given it is told.</summary>
    public void Exact(in ChunkAddress address)
    {
        if (!_choice.IsOn || address.Level == 0) return;
        _cache.Remove(address with { IsPreview = true });
        if (_given.Remove(address)) _changed?.Invoke(address);
    }

    /// <inheritdoc/>
    public bool HasFile(in ChunkAddress address) => _disk?.StateOf(address) == CachedState.Present;

    /// <inheritdoc/>
    public CachedFile? TryOpenFile(in ChunkAddress address)
    {
        _everGiven.Mark(address);
        return _disk?.TryOpen(address);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested) return;
        _stop.Cancel();
        _sharpener.Dispose();
        _elsewhere?.Dispose();
        _scheduler.Dispose();
        _offers?.Dispose();
        _flights.Close(new OverloadException("the program is stopping"));
        _cache.Dispose();
        _scratch?.Dispose();
        _stop.Dispose();
    }

    private Task<Lease> Join(in ChunkAddress address, CancellationToken cancellationToken)
    {
        Task<Lease> task = _flights.Join(address, cancellationToken, out ChunkFlight? toQueue);
        if (toQueue is not null) _maker.Queue(toQueue, IsReadBack(address) ? ChunkPriority.Urgent : ChunkPriority.Waiting, _stopping);
        return task;
    }

    private async Task<Lease> GetChosenAsync(ChunkAddress address, CancellationToken cancellationToken)
    {
        if (!IsPreviewed(address))
        {
            long taken = _choice.Enter(address);
            try
            {
                return await Join(address, cancellationToken);
            }
            catch (NotThereException)
            {
                // What it was chosen for is gone; the preview is always to be had.
            }
            finally
            {
                _choice.Leave(taken);
            }
        }

        Lease lease = await Join(address with { IsPreview = true }, cancellationToken);
        return lease.IsProvisional ? GiveOut(address, lease) : lease;
    }

    private bool TryGetPreview(in ChunkAddress address, out Lease lease)
    {
        lease = null!;
        if (!_choice.IsOn || address.Level == 0 || !_cache.TryGet(address with { IsPreview = true }, out lease)) return false;
        if (IsPreviewed(address))
        {
            lease = GiveOut(address, lease);
            return true;
        }

        lease.Dispose();
        return false;
    }

    /// <summary>Gives a preview to a reader, who will be told when the exact bytes come; or those, if they have come meanwhile.</summary>
    private Lease GiveOut(in ChunkAddress address, Lease preview)
    {
        if (_given.Add(address) is { } forgotten) _changed?.Invoke(forgotten);
        if (_cache.TryGet(address, out Lease exact))
        {
            preview.Dispose();
            Exact(address);
            exact.Buffer.MarkRead();
            return exact;
        }

        if (_choice.Has(address)) Exact(address); // on the disk since it was chosen: whoever was told of that did not know of this reader
        else if (_choice.Sharpens) _sharpener.Wake();
        return preview;
    }

    /// <summary>True if a chunk that is not in memory would be a preview now; not if the exact one is on its way.</summary>
    private bool IsPreviewed(in ChunkAddress address) => _choice.IsPreviewed(address) && !_flights.Contains(address);

    /// <summary>True if a chunk's exact bytes are there and need not be made.</summary>
    private bool Has(ChunkAddress address) => _cache.Contains(address) || _disk?.Has(address) == true;

    /// <summary>True for a chunk that only has to be read from a disk.</summary>
    private bool IsReadBack(ChunkAddress address) => _scratch?.Contains(address) == true || _disk?.Has(address) == true;

    private static void CheckBudget(IReadOnlyList<Multiscale> volumes, long budget, int workers)
    {
        foreach (Multiscale volume in volumes)
        {
            Int128 least = (Int128)workers * RowWidth.LeastBytes(volume);
            if (least > budget)
            {
                long decoded = RowWidth.DecodedBytes(volume.Volume);
                string strips = decoded == 0 ? "" : $", strips or tiles of {decoded >> 20} MiB when decoded";
                throw new OptionException(
                    "--memory",
                    $"{budget >> 20} MiB is too little for '{volume.Name}' "
                    + $"({volume.Levels.Count} levels of {volume.Chunk} {volume.Volume.DataType.Name()} chunks, {workers} threads{strips}); "
                    + $"at least {(least >> 20) + 1} MiB are needed, or fewer --threads, or a smaller --chunk-size");
            }
        }
    }
}
