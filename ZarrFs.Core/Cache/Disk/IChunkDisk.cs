using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Chunks kept on a disk, of the volumes of a catalogue. A chunk here is exact, never a preview. No failure of the disk is ever an exception:
/// what cannot be read is a miss, what cannot be written is not kept; both are counted and logged. All members are safe from any thread.
/// </summary>
public interface IChunkDisk
{
    /// <summary>True if chunks of this level of this volume are kept at all: level 0 only where it is dear to make.</summary>
    bool Keeps(int volume, int level);

    /// <summary>
    /// False for a chunk that is not kept though its level is: a slice that it is made of is bad, as far as known by now, or has changed since
    /// the cache was opened. All chunks of coarser levels that hold voxels of it are not kept either.
    /// </summary>
    bool Accepts(in ChunkAddress address) => true;

    /// <summary>
    /// True for a chunk that cannot be kept because something that is not the cache's is in its file's place, which stays. Looks at the disk;
    /// to be asked when a chunk was not kept, since others may well be.
    /// </summary>
    bool IsTaken(in ChunkAddress address) => false;

    /// <summary>What is known of a chunk, without touching its file: that may have gone or been damaged since, which is found when it is read.</summary>
    CachedState StateOf(in ChunkAddress address);

    /// <summary>True for a chunk that is there as far as is known, in a file or empty.</summary>
    bool Has(in ChunkAddress address) => StateOf(address) != CachedState.Missing;

    /// <summary>Takes what other processes have kept meanwhile; cheap if that is nothing.</summary>
    void Refresh()
    {
    }

    /// <summary>Reads a chunk, checked; all fill for an empty one.</summary>
    /// <param name="address">Which chunk.</param>
    /// <param name="raw">Takes all its bytes; undefined after a miss.</param>
    /// <returns>What was found: <see cref="CachedState.Missing"/> also for one whose file is gone or damaged, which is forgotten then.</returns>
    CachedState TryRead(in ChunkAddress address, Span<byte> raw);

    /// <summary>Opens the file of a chunk, checked; null for a miss, and for an empty one. The caller disposes it.</summary>
    CachedFile? TryOpen(in ChunkAddress address);

    /// <summary>Keeps a chunk if there is room and time: written later by a thread of the cache, which takes a reference of its own.</summary>
    /// <returns>False if only too many wait just now: it would be taken later.</returns>
    bool Offer(in ChunkAddress address, ChunkBuffer chunk);

    /// <summary>Keeps a chunk now; blocks while the disk is slow.</summary>
    /// <param name="address">Which chunk.</param>
    /// <param name="raw">All its bytes; empty for one that is all fill.</param>
    /// <returns>False if it could not be kept.</returns>
    bool TryPut(in ChunkAddress address, ReadOnlySpan<byte> raw);

    /// <summary>
    /// Forgets chunks whose voxels have changed. When this returns, none of them is given out any more, and none that is offered or put is kept
    /// as long as the cache is open, whenever it was made. In the place of what was forgotten of the volume before: <paramref name="which"/>
    /// stands for all changes so far.
    /// </summary>
    void Forget(int volume, Func<ChunkAddress, bool> which);

    /// <summary>Chunks of a level that are known: in a file or empty.</summary>
    long CountOf(int volume, int level);
}
