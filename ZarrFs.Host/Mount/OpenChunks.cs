using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Files;

namespace ZarrFs.Host.Mount;

/// <summary>
/// Who has which chunk open, and how, where the kernel reads files of the disk cache by itself (passthrough). Its rules are: all opens of an inode
/// share one backing file, and a cached open beside a passthrough open, either way round, is an error to whoever comes second. So the first
/// open decides, until the last one is closed.
/// </summary>
internal sealed partial class OpenChunks
{
    private readonly FuseDevice _device;
    private readonly IChunkReader _chunks;
    private readonly PendingReads _pending;
    private readonly FailureLog _failures;
    private readonly DiskThreads _disk;
    private readonly SpareReaders _spare;
    private readonly ILogger _logger;
    private readonly Dictionary<ulong, OpenChunk> _open = [];
    private long _backingsOpened;
    private long _backingsClosed;
    private volatile bool _refused;

    public OpenChunks(FuseDevice device, IChunkReader chunks, PendingReads pending, FailureLog failures, DiskThreads disk, SpareReaders spare, ILogger logger)
    {
        _device = device;
        _chunks = chunks;
        _pending = pending;
        _failures = failures;
        _disk = disk;
        _spare = spare;
        _logger = logger;
    }

    /// <summary>What a handle says about its file, so that RELEASE knows: an open without one is not in the table.</summary>
    private enum Handle : ulong
    {
        None = 0,
        Cached = 1,
        Passthrough = 2,
    }

    /// <summary>True once the kernel has refused a file of the cache: none is tried any more.</summary>
    public bool IsRefused => _refused;

    /// <summary>Files the kernel was given, ever, and those it still has.</summary>
    public (long Opened, long Held) Backings => (Interlocked.Read(ref _backingsOpened), Interlocked.Read(ref _backingsOpened) - Interlocked.Read(ref _backingsClosed));

    /// <summary>Chunks that are open.</summary>
    public int Count
    {
        get
        {
            lock (_open) return _open.Count;
        }
    }

    /// <summary>Answers an OPEN, now or, if a file has to be opened for it, soon.</summary>
    public void Open(ulong unique, in Node node)
    {
        if (node.Kind != NodeKind.Chunk)
        {
            _device.Reply(unique, Cached(Handle.None));
            return;
        }

        FuseOpenOut reply;
        bool mayPass = false;
        lock (_open)
        {
            if (!TryJoin(node, out reply))
            {
                mayPass = !_refused && _chunks.HasFile(node.Chunk);
                if (!mayPass) reply = Add(node, backing: 0, revision: 0);
            }
        }

        if (mayPass) OpenWaiting(unique, node);
        else Send(unique, node, reply);
    }

    /// <summary>Notes a RELEASE.</summary>
    /// <param name="inode">The chunk.</param>
    /// <param name="handle">As it was given to the kernel with the OPEN.</param>
    public void Release(ulong inode, ulong handle)
    {
        if (handle == (ulong)Handle.None) return;
        int unused = 0;
        lock (_open)
        {
            if (!_open.TryGetValue(inode, out OpenChunk? open)) return;
            if (handle == (ulong)Handle.Cached)
            {
                open.Cached--;
            }
            else if (--open.Passthrough == 0)
            {
                unused = open.Backing;
                open.Backing = 0;
            }

            if (open.Cached + open.Passthrough == 0) _open.Remove(inode);
        }

        Close(unused);
    }

    private static FuseOpenOut Cached(Handle handle) => new() { Fh = (ulong)handle, OpenFlags = FuseOpenFlags.KeepCache | FuseOpenFlags.NoFlush };

    private void OpenWaiting(ulong unique, Node node)
    {
        _pending.Add(unique);
        if (!_spare.TryEnter())
        {
            _disk.Post(() => OpenFile(unique, node));
            return;
        }

        try
        {
            OpenFile(unique, node);
        }
        finally
        {
            _spare.Exit();
        }
    }

    // On a thread that may wait. Every way out has sent exactly one reply.
    private void OpenFile(ulong unique, in Node node)
    {
        try
        {
            int revision = _chunks.RevisionOf(node.Chunk);
            int backing = 0;
            try
            {
                backing = OpenBacking(node);
            }
            catch (Exception failure)
            {
                _failures.Report(failure, node.Id.Value); // and reads of it come to us
            }

            FuseOpenOut reply;
            lock (_open)
            {
                // Somebody else may have opened it meanwhile; what is there then decides.
                if (TryJoin(node, out reply))
                {
                    if (reply.BackingId == backing) backing = 0;
                }
                else
                {
                    reply = Add(node, backing, revision);
                    backing = 0;
                }
            }

            Close(backing);
            Send(unique, node, reply);
        }
        catch (Exception failure)
        {
            _device.Reply(unique, _failures.Report(failure, node.Id.Value));
        }
        finally
        {
            _pending.Remove(unique);
        }
    }

    private int OpenBacking(in Node node)
    {
        using CachedFile? file = _chunks.TryOpenFile(node.Chunk);
        if (file is null || file.Length != node.Size) return 0;
        int id = _device.OpenBacking(file.Handle);
        if (id > 0)
        {
            Interlocked.Increment(ref _backingsOpened);
            return id;
        }

        // No descriptors or no memory is a matter of this moment; anything else will be so again.
        if (-id is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.EINTR or Errno.ENODEV or Errno.ECONNABORTED) return 0;
        if (!_refused) LogRefused(-id == Errno.ELOOP ? "it lies on a file system that lies on others, such as an overlay" : Libc.Describe(-id));
        _refused = true;
        return 0;
    }

    private bool TryJoin(in Node node, out FuseOpenOut reply)
    {
        reply = default;
        if (!_open.TryGetValue(node.Id.Value, out OpenChunk? open)) return false;
        if (open.Passthrough == 0)
        {
            open.Cached++;
            reply = Cached(Handle.Cached);
            return true;
        }

        // The file has the bytes of before a change. Whoever has it open keeps them; who comes now reads through us. The kernel (6.18) wants the
        // backing file in this reply too, or the open is an error; it is read only by those who map the file.
        open.Passthrough++;
        reply = Passed(open.Backing);
        if (open.Revision != _chunks.RevisionOf(node.Chunk)) reply.OpenFlags |= FuseOpenFlags.DirectIo;
        return true;
    }

    private FuseOpenOut Add(in Node node, int backing, int revision)
    {
        bool passes = backing > 0;
        _open.Add(node.Id.Value, new OpenChunk { Cached = passes ? 0 : 1, Passthrough = passes ? 1 : 0, Backing = backing, Revision = revision });
        return passes ? Passed(backing) : Cached(Handle.Cached);
    }

    private static FuseOpenOut Passed(int backing) => new()
    {
        Fh = (ulong)Handle.Passthrough,
        OpenFlags = FuseOpenFlags.Passthrough | FuseOpenFlags.NoFlush,
        BackingId = backing,
    };

    private void Send(ulong unique, in Node node, in FuseOpenOut reply)
    {
        // Nobody waits for it any more, so no RELEASE will come.
        if (!_device.Reply(unique, reply)) Release(node.Id.Value, reply.Fh);
    }

    private void Close(int backing)
    {
        if (backing == 0) return;
        _device.CloseBacking(backing);
        Interlocked.Increment(ref _backingsClosed);
    }

    [LoggerMessage(LogLevel.Warning, "The kernel cannot read the disk cache by itself: {Reason}. Chunks are read from it all the same, more slowly.")]
    private partial void LogRefused(string reason);

    /// <summary>An inode that is open.</summary>
    private sealed class OpenChunk
    {
        public int Cached { get; set; }

        public int Passthrough { get; set; }

        public int Backing { get; set; }

        public int Revision { get; init; }
    }
}
