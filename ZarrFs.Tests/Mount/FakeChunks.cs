using System.Collections.Concurrent;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Mount;

/// <summary>
/// Chunks in memory, or made by <see cref="Make"/>. Their buffers come from a pool, so that a lease that was not returned shows in
/// <see cref="BuffersInUse"/>.
/// </summary>
internal sealed class FakeChunks : IChunkReader, IDisposable
{
    private readonly BufferPool _pool = new(256 << 20);
    private readonly ConcurrentDictionary<ChunkAddress, ChunkBuffer> _cached = new();
    private readonly int _size;
    private int _asked;

    public FakeChunks(int size) => _size = size;

    /// <summary>What to do before a chunk that is not in memory is given.</summary>
    public Func<ChunkAddress, CancellationToken, Task> Make { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>How often a chunk that was not in memory was asked for.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Buffers held by readers; those in memory for good do not count.</summary>
    public long BuffersInUse => _pool.BuffersInUse - _cached.Count;

    /// <summary>What a chunk's bytes are.</summary>
    public static byte ByteAt(long chunk, int offset) => (byte)((chunk * 31) + (offset * 7L) + (offset >> 12));

    public byte[] Expected(int chunk)
    {
        byte[] bytes = new byte[_size];
        Fill(bytes, chunk);
        return bytes;
    }

    /// <summary>Puts a chunk into memory.</summary>
    public void Cache(ChunkAddress address) => _cached[address] = NewBuffer(address);

    public bool TryGet(in ChunkAddress address, out Lease lease)
    {
        lease = null!;
        return _cached.TryGetValue(address, out ChunkBuffer? buffer) && (lease = Lease.TryTake(buffer)!) is not null;
    }

    public async Task<Lease> GetAsync(ChunkAddress address, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        await Make(address, cancellationToken);
        ChunkBuffer buffer = NewBuffer(address);
        Lease lease = Lease.TryTake(buffer)!;
        buffer.Release();
        return lease;
    }

    public void Dispose()
    {
        foreach (ChunkBuffer buffer in _cached.Values) buffer.Release();
    }

    private static void Fill(Span<byte> bytes, long chunk)
    {
        for (int i = 0; i < bytes.Length; i++) bytes[i] = ByteAt(chunk, i);
    }

    private ChunkBuffer NewBuffer(ChunkAddress address)
    {
        ChunkBuffer buffer = _pool.TryRent(_size) ?? throw new InvalidOperationException("the test's pool is empty");
        Fill(buffer.Span, address.X);
        return buffer;
    }
}
