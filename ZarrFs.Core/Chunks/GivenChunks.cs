using System.Collections.Concurrent;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Which chunks have ever been given out, a bit each: who got one may have to be told that it has changed. Bits lie in pages that are made
/// where chunks are read; where there would be too many pages, every chunk counts as given out.
/// </summary>
internal sealed class GivenChunks(IReadOnlyList<Multiscale> volumes)
{
    private const int PageBits = 1 << 15;
    private const int MostPages = 1 << 13; // 32 MiB of bits

    private readonly ConcurrentDictionary<(int Volume, int Level, Int128 Page), long[]> _pages = new();
    private volatile bool _isFull;

    /// <summary>To be called before a chunk is looked for, so that whoever changes it afterwards knows.</summary>
    public void Mark(in ChunkAddress address)
    {
        if (_isFull) return;
        (Int128 page, int bit) = Place(address);
        var key = (address.Volume, address.Level, page);
        if (!_pages.TryGetValue(key, out long[]? bits))
        {
            if (_pages.Count >= MostPages)
            {
                _isFull = true;
                _pages.Clear();
                return;
            }

            bits = _pages.GetOrAdd(key, static _ => new long[PageBits / 64]);
        }

        long mask = 1L << (bit & 63);
        if ((Volatile.Read(ref bits[bit >> 6]) & mask) == 0) Interlocked.Or(ref bits[bit >> 6], mask);
    }

    public bool Contains(in ChunkAddress address)
    {
        if (_isFull) return true;
        (Int128 page, int bit) = Place(address);
        if (_pages.TryGetValue((address.Volume, address.Level, page), out long[]? bits)) return (Volatile.Read(ref bits[bit >> 6]) & (1L << (bit & 63))) != 0;
        return _isFull;
    }

    /// <summary>Forgets a volume whose chunks will never be given out again.</summary>
    public void Remove(int volume)
    {
        foreach ((int Volume, int Level, Int128 Page) key in _pages.Keys)
        {
            if (key.Volume == volume) _pages.TryRemove(key, out _);
        }
    }

    private (Int128 Page, int Bit) Place(in ChunkAddress address)
    {
        Volumes.VolumeShape counts = volumes[address.Volume].Levels[address.Level].Grid.Counts;
        Int128 index = ((((((((Int128)address.T * counts.C) + address.C) * counts.Z) + address.Z) * counts.Y) + address.Y) * counts.X) + address.X;
        return (index / PageBits, (int)(index % PageBits));
    }
}
