using System.Collections.Concurrent;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Materialize.Background;

/// <summary>A disk cache in memory that counts, and that fails or has holes where a test wants it to.</summary>
internal sealed class FakeDisk : IChunkDisk
{
    private readonly ConcurrentBag<Func<ChunkAddress, bool>> _forgotten = [];
    private int _puts;

    public ConcurrentDictionary<ChunkAddress, byte[]> Chunks { get; } = new();

    /// <summary>Levels below are not kept.</summary>
    public int FirstKept { get; init; }

    /// <summary>Called with a volume's number when it is asked whether it keeps a level of it; may throw.</summary>
    public Action<int>? Asked { get; set; }

    /// <summary>Called before each put with its number, from 0; may throw; false for a cache that takes nothing more.</summary>
    public Func<int, bool>? Putting { get; set; }

    /// <summary>Called after each put.</summary>
    public Action<ChunkAddress>? Put { get; set; }

    /// <summary>Chunks whose files are damaged: there until they are read.</summary>
    public ConcurrentDictionary<ChunkAddress, bool> Damaged { get; } = new();

    /// <summary>Chunks in whose place is something else.</summary>
    public HashSet<ChunkAddress> Taken { get; } = [];

    /// <summary>What decides which chunks bad slices spoil; null for none.</summary>
    public BadPlanes? Bad { get; set; }

    public int Puts => Volatile.Read(ref _puts);

    public bool Keeps(int volume, int level)
    {
        Asked?.Invoke(volume);
        return level >= FirstKept;
    }

    public bool Accepts(in ChunkAddress address)
    {
        foreach (Func<ChunkAddress, bool> which in _forgotten)
        {
            if (which(address)) return false;
        }

        return Bad?.Touch(address) != true;
    }

    public bool IsTaken(in ChunkAddress address) => Taken.Contains(address);

    public CachedState StateOf(in ChunkAddress address) =>
        !Chunks.TryGetValue(address, out byte[]? chunk) ? CachedState.Missing : chunk.Length == 0 ? CachedState.Empty : CachedState.Present;

    public CachedState TryRead(in ChunkAddress address, Span<byte> raw)
    {
        if (Damaged.TryRemove(address, out _)) Chunks.TryRemove(address, out _);
        CachedState state = StateOf(address);
        if (state == CachedState.Present) Chunks[address].CopyTo(raw);
        else raw.Clear();
        return state;
    }

    public CachedFile? TryOpen(in ChunkAddress address) => null;

    public bool Offer(in ChunkAddress address, ChunkBuffer chunk)
    {
        TryPut(address, chunk.Span);
        return true;
    }

    public bool TryPut(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        Assert.True(Keeps(address.Volume, address.Level), $"{address} is not kept");
        Assert.False(Chunks.ContainsKey(address), $"{address} was put twice");
        if (!Accepts(address) || Taken.Contains(address)) return false;
        if (Putting?.Invoke(Interlocked.Increment(ref _puts) - 1) == false) return false;
        Chunks[address] = raw.ToArray();
        Put?.Invoke(address);
        if (Accepts(address)) return true;
        Chunks.TryRemove(address, out _);
        return false;
    }

    public void Forget(int volume, Func<ChunkAddress, bool> which)
    {
        _forgotten.Add(address => address.Volume == volume && which(address));
        foreach (ChunkAddress address in Chunks.Keys)
        {
            if (address.Volume == volume && which(address)) Chunks.TryRemove(address, out _);
        }
    }

    public long CountOf(int volume, int level) => Chunks.Keys.Count(address => address.Volume == volume && address.Level == level);
}
