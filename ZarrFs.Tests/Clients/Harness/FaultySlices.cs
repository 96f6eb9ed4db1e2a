using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>Slices in a file system of our own, whose reads fail with EIO when a test says so: a disk that breaks.</summary>
internal sealed class FaultySlices : IFileTree, IChunkReader, IDisposable
{
    private readonly byte[][] _files;
    private readonly BufferPool _pool = new(64 << 20);
    private readonly MountPoint _mount;
    private readonly FuseSession _session;
    private int _goodReads = int.MaxValue;

    /// <param name="directory">An empty directory.</param>
    /// <param name="files">The slices; one size.</param>
    public FaultySlices(string directory, byte[][] files)
    {
        _files = files;
        var options = new MountOptions { MountPoint = directory, Source = "faulty slices", DirectIo = true };
        _mount = MountPoint.Mount(options, IMounter.ForThisUser, NullLogger.Instance);
        _session = new FuseSession(new FuseDevice(_mount.Connection, NullLogger.Instance), this, this, new ExtendedAttributes(_ => []), options, NullLogger.Instance);
        _session.Start();
    }

    public (long Bytes, long Files) Totals => (_files.Sum(file => (long)file.Length), _files.Length);

    /// <summary>Reads that still succeed; afterwards every one fails.</summary>
    public void FailAfter(int reads) => Volatile.Write(ref _goodReads, reads);

    public bool TryGet(NodeId id, out Node node)
    {
        // The root is 1, the slices follow.
        long index = (long)id.Value - 2;
        node = new Node
        {
            Id = id,
            Kind = index < 0 ? NodeKind.Directory : NodeKind.Chunk,
            Size = index < 0 || index >= _files.Length ? 0 : _files[index].Length,
            Modified = DateTimeOffset.UnixEpoch,
            Volume = 0,
            Chunk = new ChunkAddress(0, 0, 0, 0, Math.Max(0, index), 0, 0),
        };
        return index >= -1 && index < _files.Length;
    }

    public bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child)
    {
        child = default;
        string text = Encoding.UTF8.GetString(name);
        return text.EndsWith(".tif", StringComparison.Ordinal) && ulong.TryParse(text[..^4], NumberStyles.None, CultureInfo.InvariantCulture, out ulong index)
            && text == Name((long)index) && TryGet(new NodeId(index + 2), out child);
    }

    public bool TryResolve(ReadOnlySpan<char> path, out Node node) => throw new NotSupportedException("the mount resolves no paths");

    public IReadOnlyList<NodeId> NodesOf(in ChunkAddress address) => [new NodeId((ulong)address.Z + 2)];

    public NodeId Parent(NodeId id) => new(1);

    public long ChildCount(NodeId directory) => directory.Value == 1 ? _files.Length : 0;

    public Node Child(NodeId directory, long index, Span<byte> name, out int nameLength)
    {
        nameLength = Encoding.UTF8.GetBytes(Name(index), name);
        Assert.True(TryGet(new NodeId((ulong)index + 2), out Node node));
        return node;
    }

    public ReadOnlyMemory<byte> Document(NodeId id) => throw new NotSupportedException("there are no documents");

    public string ETag(in Node node) => throw new NotSupportedException("the mount asks for no validators");

    public bool TryGet(in ChunkAddress address, out Lease lease)
    {
        lease = null!;
        return false;
    }

    public Task<Lease> GetAsync(ChunkAddress address, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _goodReads) < 0) throw new SourceException(Name(address.Z), "the disk is broken");
        byte[] file = _files[address.Z];
        ChunkBuffer buffer = _pool.Rent(file.Length, TimeSpan.FromSeconds(120), cancellationToken);
        file.CopyTo(buffer.Span);
        Lease lease = Lease.TryTake(buffer)!;
        buffer.Release();
        return Task.FromResult(lease);
    }

    public void OnChanged(Action<ChunkAddress> handler)
    {
        // Nothing changes.
    }

    public ChunkStatus StatusOf(in ChunkAddress address) => ChunkStatus.Final;

    public int RevisionOf(in ChunkAddress address) => 0;

    public bool HasFile(in ChunkAddress address) => false;

    public CachedFile? TryOpenFile(in ChunkAddress address) => null;

    public void Dispose()
    {
        if (!_session.Completion.IsCompleted) _mount.Unmount();
        Assert.True(_session.Completion.Wait(TimeSpan.FromSeconds(120)), "the session did not end");
        _session.Dispose();
        _mount.Dispose();
        _pool.Dispose();
    }

    private static string Name(long index) => $"{index:0000}.tif";
}
