using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Http;

/// <summary>Chunks of random bytes that depend on x only, kept until the test evicts them; some x misbehave on request.</summary>
internal sealed class FakeChunks(BufferPool pool, Func<long, int> size) : IChunkReader
{
    private readonly Lock _sync = new();
    private readonly Dictionary<long, ChunkBuffer> _cached = [];
    private int _made;

    /// <summary>Failures by x.</summary>
    public Dictionary<long, Exception> Failures { get; } = [];

    /// <summary>Those x wait until cancelled, and are counted here when they are.</summary>
    public HashSet<long> Stuck { get; } = [];

    /// <summary>Files by x.</summary>
    public Dictionary<long, string> Files { get; } = [];

    /// <summary>What is said of those x: that they are previews.</summary>
    public HashSet<long> SaidProvisional { get; } = [];

    /// <summary>Those x are made as previews, whose bytes are others.</summary>
    public HashSet<long> MadeProvisional { get; } = [];

    /// <summary>How often the voxels of all chunks have changed.</summary>
    public int Revision { get; set; }

    /// <summary>Called when a chunk has been made, or its file opened, before the one who asked for it has it.</summary>
    public Action<long> Given { get; set; } = _ => { };

    /// <summary>How often a file was opened.</summary>
    public int Opened;

    public int Waiting;

    public int Cancelled;

    /// <summary>How often a chunk was made.</summary>
    public int Made => Volatile.Read(ref _made);

    public static byte[] Expected(long x, int size)
    {
        byte[] bytes = new byte[size];
        new Random((int)x + 17).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Preview(long x, int size) => [.. Expected(x, size).Select(value => (byte)~value)];

    public void OnChanged(Action<ChunkAddress> handler)
    {
        // Who sends them asks for their revisions.
    }

    public ChunkStatus StatusOf(in ChunkAddress address) => SaidProvisional.Contains(address.X) ? ChunkStatus.Provisional : ChunkStatus.Final;

    public int RevisionOf(in ChunkAddress address) => Revision;

    public bool HasFile(in ChunkAddress address) => Files.ContainsKey(address.X);

    public CachedFile? TryOpenFile(in ChunkAddress address)
    {
        Interlocked.Increment(ref Opened);
        string path = Files[address.X];
        CachedFile? file = File.Exists(path) ? new CachedFile(File.OpenHandle(path), size(address.X)) : null;
        Given(address.X);
        return file;
    }

    public bool TryGet(in ChunkAddress address, out Lease lease)
    {
        lock (_sync)
        {
            lease = _cached.TryGetValue(address.X, out ChunkBuffer? buffer) ? Lease.TryTake(buffer)! : null!;
            return lease is not null;
        }
    }

    public async Task<Lease> GetAsync(ChunkAddress address, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (Failures.TryGetValue(address.X, out Exception? failure)) throw failure;
        if (Stuck.Contains(address.X)) await WaitForeverAsync(cancellationToken);
        Lease lease = Make(address);
        Given(address.X);
        return lease;
    }

    private Lease Make(in ChunkAddress address)
    {
        lock (_sync)
        {
            if (!_cached.TryGetValue(address.X, out ChunkBuffer? buffer))
            {
                int bytes = size(address.X);
                buffer = pool.TryRent(bytes) ?? throw new InvalidOperationException("the test's pool is too small");
                buffer.IsProvisional = MadeProvisional.Contains(address.X);
                (buffer.IsProvisional ? Preview(address.X, bytes) : Expected(address.X, bytes)).CopyTo(buffer.Span);
                _cached.Add(address.X, buffer);
                _made++;
            }

            return Lease.TryTake(buffer)!;
        }
    }

    /// <summary>Forgets a chunk: its memory is used again as soon as the last lease is back.</summary>
    public void Evict(long x)
    {
        lock (_sync)
        {
            if (_cached.Remove(x, out ChunkBuffer? buffer)) buffer.Release();
        }
    }

    public void EvictAll()
    {
        long[] all;
        lock (_sync) all = [.. _cached.Keys];
        foreach (long x in all) Evict(x);
    }

    private async Task WaitForeverAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Waiting);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref Waiting);
            Interlocked.Increment(ref Cancelled);
        }
    }
}
