using System.Collections.Concurrent;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Chunks;

/// <summary>A disk in memory that lets so many chunks wait, and writes them only when a test says so.</summary>
internal sealed class SlowDisk(int room) : IChunkDisk
{
    private readonly ConcurrentDictionary<ChunkAddress, byte[]> _waiting = new();
    private int _turnedAway;

    public ConcurrentDictionary<ChunkAddress, byte[]> Chunks { get; } = new();

    public int TurnedAway => Volatile.Read(ref _turnedAway);

    public void Write()
    {
        foreach ((ChunkAddress address, byte[] chunk) in _waiting)
        {
            Chunks[address] = chunk;
            _waiting.TryRemove(address, out _);
        }
    }

    public bool Keeps(int volume, int level) => true;

    public CachedState StateOf(in ChunkAddress address) => Chunks.ContainsKey(address) ? CachedState.Present : CachedState.Missing;

    public CachedState TryRead(in ChunkAddress address, Span<byte> raw)
    {
        if (!Chunks.TryGetValue(address, out byte[]? chunk)) return CachedState.Missing;
        chunk.CopyTo(raw);
        return CachedState.Present;
    }

    public CachedFile? TryOpen(in ChunkAddress address) => null;

    public bool Offer(in ChunkAddress address, ChunkBuffer chunk)
    {
        Assert.False(chunk.IsProvisional);
        if (_waiting.Count < room)
        {
            _waiting[address] = chunk.Span.ToArray();
            return true;
        }

        Interlocked.Increment(ref _turnedAway);
        return false;
    }

    public bool TryPut(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        Chunks[address] = raw.IsEmpty ? new byte[16 * 16 * 16] : raw.ToArray();
        return true;
    }

    public void Forget(int volume, Func<ChunkAddress, bool> which) => throw new NotSupportedException("no source changes here");

    public long CountOf(int volume, int level) => Chunks.Keys.Count(address => address.Level == level);
}
