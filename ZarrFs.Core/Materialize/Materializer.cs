using ZarrFs.Core.Cache;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize;

/// <summary>
/// Writes a multiscale out as a store, step by step: <see cref="Check"/>, <see cref="Open"/>, <see cref="Build"/>, <see cref="Finish"/>. What was
/// opened and not finished, for whatever reason, can be continued by another one for the same target.
/// </summary>
public sealed class Materializer : IDisposable
{
    private readonly StoreTarget _target;
    private readonly BufferPool _pool;
    private StoreWriter? _store;

    /// <param name="plan">How the levels are built.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="pool">Where all buffers come from; its budget covers the plan.</param>
    public Materializer(BuildPlan plan, StoreTarget target, BufferPool pool)
    {
        Plan = plan;
        _target = target;
        _pool = pool;
    }

    /// <summary>How the levels are built.</summary>
    public BuildPlan Plan { get; }

    /// <summary>How far the build is; may be read at any time.</summary>
    public BuildCounters Counters { get; } = new();

    /// <summary>Share of the chunks that is done, from 0 to 1, what an earlier run has done included; 0 before the store is open.</summary>
    public double DoneShare => _store is { Chunks: > 0 } store ? (double)store.DoneChunks / store.Chunks : 0;

    /// <summary>True if an earlier run is continued.</summary>
    public bool IsResumed => _store is { IsResumed: true };

    /// <summary>The bad slices that hold voxels of the store, in this run and before.</summary>
    public IReadOnlyList<SourceProblem> BadSlices =>
        SourceCheck.BadSlices(Plan.Scope, _store is { } store ? [.. store.Problems.Union(Source.Problems)] : Source.Problems);

    private ISource Source => Plan.Scope.Volume.Volume.Source;

    private StoreWriter Store => _store ?? throw new InvalidOperationException("the store is not open");

    /// <summary>Looks at every header of the source, before anything is written.</summary>
    /// <inheritdoc cref="SourceCheck.Run"/>
    public void Check(BadSlicePolicy policy, IProgress<double>? progress, CancellationToken cancellationToken) =>
        SourceCheck.Run(Plan.Scope, policy, progress, cancellationToken);

    /// <summary>Opens the store: a new one, or what an earlier run has left. From now on there is something on the disk.</summary>
    /// <param name="deleted">Told from time to time how many files of a store that is overwritten are deleted.</param>
    /// <exception cref="Failures.StoreException">The place is taken by something else, or cannot be written; says what to do.</exception>
    public void Open(Action<long>? deleted = null) => _store = StoreWriter.Open(_target, Counters, deleted);

    /// <summary>Makes and writes every chunk that is not there yet.</summary>
    /// <exception cref="Failures.SourceException">The source failed.</exception>
    /// <exception cref="Failures.StoreException">A chunk could not be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was made by then is kept.</exception>
    public void Build(CancellationToken cancellationToken)
    {
        PyramidBuilder.Run(Plan, _pool, new NotingSink(Store, Plan.Scope), Counters, cancellationToken);
    }

    /// <summary>Puts the metadata in place: from now on it is a store.</summary>
    /// <exception cref="Failures.StoreException">It could not be written.</exception>
    public void Finish() => Store.Finish();

    /// <inheritdoc/>
    public void Dispose() => _store?.Dispose();
}
