using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

/// <summary>A fake tree mounted on a temporary directory; unmounted and deleted at the end, whatever happened in between.</summary>
internal sealed class MountedTree : IDisposable
{
    private readonly MountPoint _mount;
    private readonly FuseSession _session;

    public MountedTree(FakeTree? tree = null, bool directIo = false, IMounter? mounter = null, bool passthrough = false, string? directory = null)
    {
        Tree = tree ?? new FakeTree();
        ChunkReader = new FakeChunks(Tree.ChunkSize);
        Root = directory ?? TemporaryDirectory.Create();
        var options = new MountOptions { MountPoint = Root, Source = "a fake tree", DirectIo = directIo, Passthrough = passthrough };
        _mount = MountPoint.Mount(options, mounter ?? IMounter.ForThisUser, NullLogger.Instance);
        var device = new FuseDevice(_mount.Connection, NullLogger.Instance);
        _session = new FuseSession(device, Tree, ChunkReader, new ExtendedAttributes(Attributes), options, NullLogger.Instance);
        _session.Start();
        ReadAheadSet = _mount.TrySetReadAhead(options.ReadAheadKiB);
    }

    public FakeTree Tree { get; }

    public FakeChunks ChunkReader { get; }

    public string Root { get; }

    public bool ReadAheadSet { get; }

    public OpenChunks Opens => _session.Opens;

    public int PendingReads => _session.PendingReads;

    public Task Completion => _session.Completion;

    public static IReadOnlyList<(string Name, byte[] Value)> Attributes(Node node) => node.Kind == NodeKind.Chunk
        ? [("user.zarrfs.source", "slices"u8.ToArray()), ("user.zarrfs.level", Encoding.UTF8.GetBytes($"{node.Chunk.Level}"))]
        : [("user.zarrfs.source", "slices"u8.ToArray())];

    public string At(string path) => Path.Combine(Root, path);

    public UnmountOutcome Unmount() => _mount.Unmount();

    public void Dispose()
    {
        if (!_session.Completion.IsCompleted) _mount.Unmount();
        Assert.True(_session.Completion.Wait(TimeSpan.FromSeconds(120)), "the session did not end");
        _session.Dispose();
        _mount.Dispose();
        ChunkReader.Dispose();
        Directory.Delete(Root);
    }
}
