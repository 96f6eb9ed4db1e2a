using System.Collections.Concurrent;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
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
    private readonly ConcurrentDictionary<ChunkAddress, int> _revisions = new();
    private readonly ConcurrentDictionary<ChunkAddress, byte> _provisional = new();
    private readonly ConcurrentBag<Action<ChunkAddress>> _handlers = [];
    private readonly int _size;
    private int _asked;
    private int _read;

    public FakeChunks(int size) => _size = size;

    /// <summary>What to do before a chunk that is not in memory is given.</summary>
    public Func<ChunkAddress, CancellationToken, Task> Make { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>How often a chunk that was not in memory was asked for.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>How often a chunk was read at all: by each READ that reaches the program.</summary>
    public int Read => Volatile.Read(ref _read);

    /// <summary>The files of chunks that have one.</summary>
    public ConcurrentDictionary<ChunkAddress, string> Files { get; } = new();

    /// <summary>How a chunk's file is opened.</summary>
    public Func<string, CachedFile?> OpenFile { get; set; } = path => new CachedFile(File.OpenHandle(path), (int)new FileInfo(path).Length);

    /// <summary>Called when a chunk in memory has been taken, before its taker has it.</summary>
    public Action<ChunkAddress> Taken { get; set; } = _ => { };

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
    public void Cache(ChunkAddress address)
    {
        ChunkBuffer? old = _cached.GetValueOrDefault(address);
        _cached[address] = NewBuffer(address);
        old?.Release();
    }

    /// <summary>From now on the chunk is a preview: all its bytes are others.</summary>
    public void MakeProvisional(ChunkAddress address) => _provisional[address] = 0;

    /// <summary>From now on the chunk is exact; nobody is told.</summary>
    public void MakeFinal(ChunkAddress address)
    {
        _provisional.TryRemove(address, out _);
        if (_cached.ContainsKey(address)) Cache(address);
    }

    /// <summary>The chunk's voxels change, and with them all of its bytes.</summary>
    public void Revise(ChunkAddress address)
    {
        _revisions.AddOrUpdate(address, 1, (_, revision) => revision + 1);
        if (_cached.ContainsKey(address)) Cache(address);
    }

    /// <summary>Tells whoever wants to know that the chunk has changed.</summary>
    public void Tell(ChunkAddress address)
    {
        foreach (Action<ChunkAddress> handler in _handlers) handler(address);
    }

    public void OnChanged(Action<ChunkAddress> handler) => _handlers.Add(handler);

    public ChunkStatus StatusOf(in ChunkAddress address) => _provisional.ContainsKey(address) ? ChunkStatus.Provisional : ChunkStatus.Final;

    public int RevisionOf(in ChunkAddress address) => _revisions.GetValueOrDefault(address);

    public bool HasFile(in ChunkAddress address) => Files.ContainsKey(address);

    public CachedFile? TryOpenFile(in ChunkAddress address) => Files.TryGetValue(address, out string? path) ? OpenFile(path) : null;

    /// <summary>The bytes of a chunk as a reader gets them now.</summary>
    public byte[] Now(ChunkAddress address)
    {
        byte[] bytes = new byte[_size];
        Fill(bytes, address);
        return bytes;
    }

    public bool TryGet(in ChunkAddress address, out Lease lease)
    {
        Interlocked.Increment(ref _read);
        lease = null!;
        if (!_cached.TryGetValue(address, out ChunkBuffer? buffer) || (lease = Lease.TryTake(buffer)!) is null) return false;
        Taken(address);
        return true;
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
        _pool.Dispose();
    }

    private void Fill(Span<byte> bytes, in ChunkAddress address)
    {
        Fill(bytes, address.X + (100 * RevisionOf(address)));
        if (StatusOf(address) == ChunkStatus.Final) return;
        foreach (ref byte value in bytes) value ^= 0xFF;
    }

    private static void Fill(Span<byte> bytes, long chunk)
    {
        for (int i = 0; i < bytes.Length; i++) bytes[i] = ByteAt(chunk, i);
    }

    private ChunkBuffer NewBuffer(ChunkAddress address)
    {
        ChunkBuffer buffer = _pool.TryRent(_size) ?? throw new InvalidOperationException("the test's pool is empty");
        buffer.IsProvisional = StatusOf(address) == ChunkStatus.Provisional;
        Fill(buffer.Span, address);
        return buffer;
    }
}
