using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize;

/// <summary>
/// Has a store note each bad slice before a run that may hold its zeros counts as done: a run that continues does not read those
/// slices again, and would not know.
/// </summary>
internal sealed class NotingSink(StoreWriter store, BuildScope scope) : IChunkSink
{
    private readonly Lock _sync = new();
    private int _seen;

    /// <inheritdoc/>
    public bool Takes(int level) => store.Takes(level);

    /// <inheritdoc/>
    public ChunkState StateOf(in ChunkAddress address) => store.StateOf(address);

    /// <inheritdoc/>
    public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw) => store.Write(address, raw);

    /// <inheritdoc/>
    public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        IReadOnlyList<SourceProblem> problems = scope.Volume.Volume.Source.Problems;
        lock (_sync)
        {
            if (problems.Count > _seen)
            {
                foreach (SourceProblem bad in SourceCheck.BadSlices(scope, problems.Skip(_seen))) store.Note(bad);
                _seen = problems.Count;
            }
        }

        store.Complete(run, empty);
    }

    /// <inheritdoc/>
    public void Load(in ChunkAddress address, Span<byte> raw) => store.Load(address, raw);
}
