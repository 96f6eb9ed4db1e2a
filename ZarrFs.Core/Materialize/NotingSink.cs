using ZarrFs.Core.Chunks;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize;

/// <summary>
/// Has a store note each problem of the source before a run that may hold its zeros counts as done: a run that continues does not read those
/// slices again, and would not know.
/// </summary>
internal sealed class NotingSink(StoreWriter store, ISource source) : IChunkSink
{
    private readonly Lock _sync = new();
    private int _noted;

    /// <inheritdoc/>
    public bool Takes(int level) => store.Takes(level);

    /// <inheritdoc/>
    public ChunkState StateOf(in ChunkAddress address) => store.StateOf(address);

    /// <inheritdoc/>
    public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw) => store.Write(address, raw);

    /// <inheritdoc/>
    public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        IReadOnlyList<SourceProblem> problems = source.Problems;
        lock (_sync)
        {
            for (; _noted < problems.Count; _noted++) store.Note(problems[_noted]);
        }

        store.Complete(run, empty);
    }

    /// <inheritdoc/>
    public void Load(in ChunkAddress address, Span<byte> raw) => store.Load(address, raw);
}
