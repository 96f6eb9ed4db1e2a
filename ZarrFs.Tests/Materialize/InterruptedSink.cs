using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Building;

namespace ZarrFs.Tests.Materialize;

/// <summary>Passes everything on until so many chunks are written; then nothing more.</summary>
internal sealed class InterruptedSink(IChunkSink sink, int writes) : IChunkSink
{
    private int _writes;

    public bool Takes(int level) => sink.Takes(level);

    public ChunkState StateOf(in ChunkAddress address) => sink.StateOf(address);

    public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        if (Interlocked.Increment(ref _writes) > writes) throw new Interruption();
        sink.Write(address, raw);
    }

    public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        if (Volatile.Read(ref _writes) > writes) throw new Interruption();
        sink.Complete(run, empty);
    }

    public void Load(in ChunkAddress address, Span<byte> raw) => sink.Load(address, raw);

    public sealed class Interruption : Exception;
}
