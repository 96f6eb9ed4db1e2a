using ZarrFs.Core.Cache;

namespace ZarrFs.Core.Tiff;

/// <summary>Writes the decoded bytes of a strip or tile, every one of them.</summary>
internal delegate void SegmentDecode(Span<byte> decoded);

/// <summary>Decoded strips and tiles in memory of the program's budget.</summary>
internal sealed class SegmentCache(BufferPool pool)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private long _decoded;

    /// <summary>Segments decoded so far: what tests count.</summary>
    public long Decoded => Interlocked.Read(ref _decoded);

    /// <summary>Gives the decoded bytes of a segment, decoding it if nobody has.</summary>
    /// <param name="key">Which segment.</param>
    /// <param name="length">Its decoded bytes; already checked against sense, not against the memory budget.</param>
    /// <param name="decode">Decodes it; what it throws goes to whoever asked.</param>
    public Lease Get(in SegmentKey key, int length, SegmentDecode decode)
    {
        _ = key;
        ChunkBuffer buffer = pool.Rent(length, Patience, CancellationToken.None);
        try
        {
            Interlocked.Increment(ref _decoded);
            decode(buffer.Span);
            return Lease.TryTake(buffer)!;
        }
        finally
        {
            buffer.Release();
        }
    }

    /// <summary>Writes the decoded bytes of a segment into memory of the caller's, who wants all of them; nothing is kept.</summary>
    /// <param name="key">Which segment.</param>
    /// <param name="destination">As many bytes as it has.</param>
    /// <param name="decode">Decodes it; what it throws goes to whoever asked.</param>
    public void Fill(in SegmentKey key, Span<byte> destination, SegmentDecode decode)
    {
        _ = key;
        Interlocked.Increment(ref _decoded);
        decode(destination);
    }
}
