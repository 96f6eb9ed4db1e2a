using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize;

/// <summary>
/// Writes a multiscale out as a store, step by step: <see cref="Open"/>, <see cref="Build"/>, <see cref="Finish"/>. What was opened and not
/// finished, for whatever reason, can be continued by another one for the same target. <see cref="SourceCheck"/> comes before all of it.
/// </summary>
public sealed class Materializer : IDisposable
{
    private readonly StoreTarget _target;
    private readonly BufferPool _pool;
    private readonly IChunkDisk? _cache;
    private StoreWriter? _store;

    /// <param name="plan">How the levels are built.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="pool">Where all buffers come from; its budget covers the plan.</param>
    /// <param name="cache">Chunks that need not be made, those of its volume 0; null for none.</param>
    public Materializer(BuildPlan plan, StoreTarget target, BufferPool pool, IChunkDisk? cache = null)
    {
        _cache = cache;
        Plan = plan;
        _target = target;
        _pool = pool;
    }

    /// <summary>How the levels are built.</summary>
    public BuildPlan Plan { get; }

    /// <summary>How far the build is; may be read at any time.</summary>
    public BuildCounters Counters { get; } = new();

    /// <summary>Chunks that this run has taken from the cache.</summary>
    public long FromCache { get; private set; }

    /// <summary>Share of the chunks that is done, from 0 to 1, what an earlier run has done included; 0 before the store is open.</summary>
    public double DoneShare => _store is { Chunks: > 0 } store ? (double)store.DoneChunks / store.Chunks : 0;

    /// <summary>True if an earlier run is continued.</summary>
    public bool IsResumed => _store is { IsResumed: true };

    /// <summary>The bad slices that hold voxels of the store, in this run and before.</summary>
    public IReadOnlyList<SourceProblem> BadSlices =>
        SourceCheck.BadSlices(Plan.Scope, _store is { } store ? [.. store.Problems.Union(Source.Problems)] : Source.Problems);

    private ISource Source => Plan.Scope.Volume.Volume.Source;

    private StoreWriter Store => _store ?? throw new InvalidOperationException("the store is not open");

    /// <summary>Opens the store: a new one, or what an earlier run has left. From now on there is something on the disk.</summary>
    /// <param name="policy">What bad slices do. Zeros that an earlier run has written for them are not kept unless they are asked for again.</param>
    /// <param name="deleted">Told from time to time how many files of a store that is overwritten are deleted. What it throws ends the deleting.</param>
    /// <exception cref="StoreException">The place is taken by something else, or cannot be written; says what to do.</exception>
    public void Open(BadSlicePolicy policy = BadSlicePolicy.Fill, Action<long>? deleted = null)
    {
        _store = StoreWriter.Open(_target, Counters, deleted);
        if (policy == BadSlicePolicy.Fill || BadSlices is not { Count: > 0 } bad) return;
        throw new StoreException(
            _target.Path,
            $"was begun with --on-bad-slice fill, and zeros stand in it where {SourceCheck.Count(bad.Count)}; say --on-bad-slice fill again to go on, "
            + $"or delete it to begin anew\n{SourceCheck.List(bad)}");
    }

    /// <summary>Makes and writes every chunk that is not there yet.</summary>
    /// <exception cref="SourceException">The source failed.</exception>
    /// <exception cref="StoreException">A chunk could not be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was made by then is kept.</exception>
    public void Build(CancellationToken cancellationToken)
    {
        var sink = new NotingSink(Store, Plan.Scope);
        if (_cache is not null)
        {
            var ready = new ReadyChunks(_cache, 0, Plan.Scope);
            ready.Copy(_pool, Plan.Workers, sink, Counters, cancellationToken);
            FromCache = ready.Taken;
        }

        PyramidBuilder.Run(Plan, _pool, sink, Counters, cancellationToken);
    }

    /// <summary>Puts the metadata in place: from now on it is a store.</summary>
    /// <exception cref="SourceException">The source is no longer what it was when it was opened: nobody knows what was read of which.</exception>
    /// <exception cref="StoreException">It could not be written.</exception>
    public void Finish()
    {
        if (Source.CurrentFingerprint() != Source.Fingerprint)
            throw new SourceException(Source.Path, "changed while it was read: a file in it has another size or time than at the beginning, or is new or gone");
        Store.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _store?.Dispose();
}
