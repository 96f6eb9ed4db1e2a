using ZarrFs.Core.Cache;

namespace ZarrFs.Core.Chunks;

/// <summary>Gives raw chunks: uncompressed, little-endian, C order, always full size, what overhangs the array is fill.</summary>
public interface IChunkReader
{
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
}
