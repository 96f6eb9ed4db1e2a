using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;

namespace ZarrFs.Core.Chunks;

/// <summary>Gives raw chunks: uncompressed, little-endian, C order, always full size, what overhangs the array is fill.</summary>
public interface IChunkReader
{
    /// <summary>
    /// Has <paramref name="handler"/> called, from now on, when bytes that were given out of a chunk are no longer what a read gives: its exact
    /// bytes have come in place of a preview, or its voxels have changed. On any thread; the handler is quick and does not throw. It is
    /// called after those who wait for the exact bytes have been given them, perhaps while a lease of the old bytes is still out: who passes on
    /// what a provisional lease holds asks <see cref="StatusOf"/> again afterwards.
    /// </summary>
    void OnChanged(Action<ChunkAddress> handler);

    /// <summary>Gives the chunk if it is in memory, at once and without waiting. The caller disposes the lease.</summary>
    bool TryGet(in ChunkAddress address, out Lease lease);

    /// <summary>
    /// Gives the chunk, making it if needed; never blocks the caller, and may complete on any thread. Each chunk is made once however
    /// many callers wait, and no longer when all of them have cancelled. The caller disposes the lease.
    /// </summary>
    /// <exception cref="Failures.SourceException">The source failed.</exception>
    /// <exception cref="Failures.OverloadException">The program is at its memory limit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by <paramref name="cancellationToken"/>.</exception>
    Task<Lease> GetAsync(ChunkAddress address, CancellationToken cancellationToken);

    /// <summary>What a read of the chunk would give now, as far as can be told without making it. A lease says what it was.</summary>
    ChunkStatus StatusOf(in ChunkAddress address);

    /// <summary>
    /// The number of the last change of voxels under this chunk since the source was opened, 0 for none: a part of its validators. What is given
    /// out after this was asked is of this revision or a later one; if it is the same when asked again, of this one.
    /// </summary>
    int RevisionOf(in ChunkAddress address);

    /// <summary>True if <see cref="TryOpenFile"/> is likely to give one, as far as can be told without touching the disk.</summary>
    bool HasFile(in ChunkAddress address);

    /// <summary>Opens a file that holds exactly the chunk's final bytes; null if there is none. The caller disposes it.</summary>
    CachedFile? TryOpenFile(in ChunkAddress address);
}
