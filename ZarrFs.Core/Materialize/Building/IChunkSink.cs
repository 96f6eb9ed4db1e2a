using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Where the builder puts the chunks it makes, and what it asks what was made before. All members are safe from any thread; addresses have
/// the builder's level numbers and volume 0.
/// </summary>
public interface IChunkSink
{
    /// <summary>False for a level that is only read to make the next one from: its chunks are never written.</summary>
    bool Takes(int level);

    /// <summary>What an earlier, interrupted run has left of this chunk.</summary>
    ChunkState StateOf(in ChunkAddress address);

    /// <summary>Puts one chunk in place as a whole or not at all; blocks while the disk is slow. Never called for a chunk that is all fill.</summary>
    /// <param name="address">Which chunk.</param>
    /// <param name="raw">Its voxels: little-endian, C order, full size, what overhangs is 0.</param>
    /// <exception cref="Failures.StoreException">It could not be written; the message says what to do.</exception>
    void Write(in ChunkAddress address, ReadOnlySpan<byte> raw);

    /// <summary>Called once all chunks of a run are in place or known to be empty: from now on <see cref="StateOf"/> says so, also after a kill.</summary>
    /// <param name="run">The run.</param>
    /// <param name="empty">One for each chunk of the run, in its order: true if it is all fill.</param>
    void Complete(in ChunkRun run, ReadOnlySpan<bool> empty);

    /// <summary>Reads a chunk back that <see cref="StateOf"/> calls <see cref="ChunkState.Written"/>.</summary>
    /// <exception cref="Failures.StoreException">Its file is gone or damaged.</exception>
    /// <exception cref="LostChunkException">The same, and the sink knows that it has to be made again.</exception>
    void Load(in ChunkAddress address, Span<byte> raw);
}
