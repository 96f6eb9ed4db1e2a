using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>A cache that gives what it has and is not offered what is made by the way: whoever makes chunks of a part wants that part in it alone.</summary>
public sealed class ReadingDisk(IChunkDisk disk) : IChunkDisk
{
    /// <inheritdoc/>
    public bool Keeps(int volume, int level) => disk.Keeps(volume, level);

    /// <inheritdoc/>
    public bool Accepts(in ChunkAddress address) => disk.Accepts(address);

    /// <inheritdoc/>
    public bool IsTaken(in ChunkAddress address) => disk.IsTaken(address);

    /// <inheritdoc/>
    public CachedState StateOf(in ChunkAddress address) => disk.StateOf(address);

    /// <inheritdoc/>
    public void Refresh() => disk.Refresh();

    /// <inheritdoc/>
    public CachedState TryRead(in ChunkAddress address, Span<byte> raw) => disk.TryRead(address, raw);

    /// <inheritdoc/>
    public CachedFile? TryOpen(in ChunkAddress address) => disk.TryOpen(address);

    /// <inheritdoc/>
    public bool Offer(in ChunkAddress address, ChunkBuffer chunk) => true;

    /// <inheritdoc/>
    public bool TryPut(in ChunkAddress address, ReadOnlySpan<byte> raw) => false;

    /// <inheritdoc/>
    public void Forget(int volume, Func<ChunkAddress, bool> which) => disk.Forget(volume, which);

    /// <inheritdoc/>
    public long CountOf(int volume, int level) => disk.CountOf(volume, level);
}
