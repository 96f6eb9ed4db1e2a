using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Files;

namespace ZarrFs.Host.Mount;

/// <summary>
/// Serves one connection: reader threads take the kernel's requests and translate them into questions to the tree. They never make a
/// chunk, so that a slow one delays neither a lookup nor another chunk.
/// </summary>
internal sealed partial class FuseSession : IDisposable
{
    /// <summary>Bytes for one request; the kernel wants room for the largest write it was promised (4 KiB), and 8 KiB at least.</summary>
    private const int RequestCapacity = 64 * 1024;

    /// <summary>Most bytes of one READDIR reply, as many as the C library asks for at once, twice over.</summary>
    private const int ListingCapacity = 64 * 1024;

    /// <summary>Bytes of the largest read; memory that is not touched costs nothing.</summary>
    private const int ReplyCapacity = FuseHandshake.MaxPages * 4096;

    private const int StackSize = 256 * 1024;

    /// <summary>Enough to open files of the cache for a few readers at once.</summary>
    private const int SpareReaderThreads = 4;

    private readonly FuseDevice _device;
    private readonly IFileTree _tree;
    private readonly MountOptions _options;
    private readonly ILogger _logger;
    private readonly NodeAttributes _attributes;
    private readonly DirectoryReader _directories;
    private readonly ExtendedAttributes _extended;
    private readonly PendingReads _pending = new();
    private readonly FailureLog _failures;
    private readonly Invalidations _invalidations;
    private readonly DiskThreads _disk = new("fuse disk");
    private readonly SpareReaders _spare;
    private readonly StoredReads _stored;
    private readonly FileReader _files;
    private readonly OpenChunks _opens;
    private readonly RequestPulse _pulse = new();
    private bool _passthrough;
    private FuseCapabilities _kernel;
    private int _readers;

    /// <param name="device">The connection. Owned from here on.</param>
    /// <param name="tree">What is shown.</param>
    /// <param name="chunks">Gives the chunks' bytes.</param>
    /// <param name="extended">The extended attributes of files and directories.</param>
    /// <param name="options">Threads, read-ahead, owner.</param>
    /// <param name="logger">Gets failures of requests.</param>
    public FuseSession(FuseDevice device, IFileTree tree, IChunkReader chunks, ExtendedAttributes extended, MountOptions options, ILogger logger)
    {
        _device = device;
        _tree = tree;
        _options = options;
        _logger = logger;
        _extended = extended;
        _failures = new FailureLog(logger);
        _attributes = new NodeAttributes(Libc.GetUid(), Libc.GetGid());
        _directories = new DirectoryReader(tree, _attributes);
        _invalidations = new Invalidations(device, tree, chunks);
        _spare = new SpareReaders(options.Passthrough ? SpareReaderThreads : 0);
        var late = new LateReads(device, chunks, _pending, _failures, _invalidations);
        _stored = new StoredReads(device, chunks, _pending, late, _invalidations, _disk, _spare);
        _files = new FileReader(device, tree, chunks, _stored, late, _invalidations);
        _opens = new OpenChunks(device, chunks, _pending, _failures, _disk, _spare, logger);
    }

    /// <summary>Completes when the filesystem has been unmounted and the last reply is out.</summary>
    public Task Completion => _pending.Drained;

    /// <summary>Number of reads that wait for their chunk.</summary>
    public int PendingReads => _pending.Count;

    /// <summary>False if requests have not been taken since this was asked before, because all that take them are held up.</summary>
    public bool IsAnswering() => Completion.IsCompleted || _pulse.Beats();

    /// <summary>The chunks that are open, where the kernel reads files by itself; else none.</summary>
    public OpenChunks Opens => _opens;

    /// <summary>Agrees with the kernel on the protocol, then starts the reader threads.</summary>
    /// <exception cref="NotSupportedException">The kernel is too old.</exception>
    public unsafe void Start()
    {
        var buffer = new NativeBuffer(RequestCapacity);
        bool mounted;
        // The kernel gives passthrough to root alone, at each file.
        _passthrough = _options.Passthrough && !_options.DirectIo && Environment.IsPrivilegedProcess;
        using (buffer) mounted = FuseHandshake.Run(_device, buffer.Pointer, RequestCapacity, _options.ReadAheadKiB, _passthrough, out _kernel);
        if (!mounted)
        {
            End();
            return;
        }

        _passthrough &= _kernel.HasFlag(FuseCapabilities.Passthrough);
        _invalidations.Start();
        _readers = _options.ReaderThreads + _spare.Count;
        for (int i = 0; i < _options.ReaderThreads + _spare.Count; i++)
            new Thread(ReadRequests, StackSize) { IsBackground = true, Name = $"fuse reader {i}" }.Start();
    }

    /// <summary>Closes the connection. Before <see cref="Completion"/>, that leaves a dead mount behind.</summary>
    public void Dispose()
    {
        _invalidations.Dispose(); // chunks may still change
        _device.Dispose();
    }

    private unsafe void ReadRequests()
    {
        using var request = new NativeBuffer(RequestCapacity);
        using var reply = new NativeBuffer(ReplyCapacity);
        try
        {
            while (true)
            {
                _pulse.Wait();
                int length = _device.Read(request.Pointer, RequestCapacity);
                _pulse.Take();
                if (length == 0) break;
                Answer(new FuseRequest(new ReadOnlySpan<byte>(request.Pointer, length)), new Span<byte>(reply.Pointer, ReplyCapacity));
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or ObjectDisposedException)
        {
            LogReaderFailed(failure);
        }

        if (Interlocked.Decrement(ref _readers) == 0) End();
    }

    private void End()
    {
        _invalidations.Dispose();
        _disk.Dispose();
        _stored.Dispose();
        _pending.Close();
    }

    private void Answer(in FuseRequest request, Span<byte> scratch)
    {
        LogRequest(request.Opcode, request.NodeId, request.Unique, request.Pid);
        try
        {
            if (!AnswerWithoutNode(request)) AnswerAboutNode(request, scratch);
        }
        catch (Exception failure)
        {
            _device.Reply(request.Unique, _failures.Report(failure, request.NodeId));
        }
    }

    private bool AnswerWithoutNode(in FuseRequest request)
    {
        switch (request.Opcode)
        {
            case FuseOpcode.Lookup or FuseOpcode.GetAttr or FuseOpcode.Open or FuseOpcode.OpenDir or FuseOpcode.Read
                or FuseOpcode.ReadDir or FuseOpcode.ReadDirPlus or FuseOpcode.GetXAttr or FuseOpcode.ListXAttr:
                return false;

            // Numbers are computed, so there is nothing to forget; these two have no reply.
            case FuseOpcode.Forget or FuseOpcode.BatchForget:
                return true;

            case FuseOpcode.Interrupt:
                // Not there: the other reader thread has read it but not noted it yet, or it is answered. EAGAIN makes the kernel ask
                // again in the first case, and means nothing in the second.
                if (!_pending.TryCancel(request.Body<FuseInterruptIn>().Unique)) _device.Reply(request.Unique, Errno.EAGAIN);
                return true;

            case FuseOpcode.StatFs:
                _device.Reply(request.Unique, Totals());
                return true;

            case FuseOpcode.Release:
                _opens.Release(request.NodeId, request.Body<FuseReleaseIn>().Fh);
                _device.Reply(request.Unique, Errno.None);
                return true;

            case FuseOpcode.ReleaseDir or FuseOpcode.Destroy:
                _device.Reply(request.Unique, Errno.None);
                return true;

            default:
                // The kernel remembers it and does not ask again.
                _device.Reply(request.Unique, Errno.ENOSYS);
                return true;
        }
    }

    private void AnswerAboutNode(in FuseRequest request, Span<byte> scratch)
    {
        ulong unique = request.Unique;
        if (!_tree.TryGet(new NodeId(request.NodeId), out Node node))
        {
            _device.Reply(unique, Errno.ESTALE);
            return;
        }

        switch (request.Opcode)
        {
            case FuseOpcode.Read when !node.IsDirectory:
                _files.Read(unique, node, request.Body<FuseReadIn>(), scratch);
                break;
            case FuseOpcode.Lookup when node.IsDirectory || request.Name() is [(byte)'.']: // of a file: from a handle of it
                _device.Reply(unique, Lookup(node, request.Name()));
                break;
            case FuseOpcode.GetAttr:
                _device.Reply(unique, _attributes.Attributes(node));
                break;
            case FuseOpcode.Open when !node.IsDirectory:
                Open(unique, node, request.Body<FuseOpenIn>());
                break;
            case FuseOpcode.OpenDir when node.IsDirectory:
                if (_kernel.HasFlag(FuseCapabilities.NoOpenDirSupport)) _device.Reply(unique, Errno.ENOSYS);
                else _device.Reply(unique, new FuseOpenOut { OpenFlags = FuseOpenFlags.KeepCache | FuseOpenFlags.CacheDir });
                break;
            case FuseOpcode.ReadDir or FuseOpcode.ReadDirPlus when node.IsDirectory:
                ReadDirectory(request, node, scratch);
                break;
            case FuseOpcode.ListXAttr:
                ExtendedAttributes.Reply(_device, unique, _extended.List(node), request.Body<FuseXAttrSize>().Size);
                break;
            case FuseOpcode.GetXAttr:
                GetExtendedAttribute(request, node);
                break;
            default:
                _device.Reply(unique, node.IsDirectory ? Errno.EISDIR : Errno.ENOTDIR);
                break;
        }
    }

    private FuseEntryOut Lookup(in Node directory, ReadOnlySpan<byte> name)
    {
        // "." and ".." come from an NFS server that turns a file handle back into a path.
        Node found;
        bool exists = name switch
        {
            [(byte)'.'] => _tree.TryGet(directory.Id, out found),
            [(byte)'.', (byte)'.'] => _tree.TryGet(_tree.Parent(directory.Id), out found),
            _ => _tree.TryLookup(directory.Id, name, out found),
        };
        return exists ? _attributes.Entry(found) : NodeAttributes.Absent;
    }

    /// <summary>
    /// Nothing is kept for an open file, so the kernel is told once that there is no need to ask: it then opens files by itself and caches them
    /// as with KEEP_CACHE. Saves a round trip for each file and directory (find: 179,000 files a second instead of 150,000). But it is asked each
    /// time where it may be told to read a file of the disk cache by itself, and for good where it once was: told that there is no need to ask, it
    /// would no longer tell that such a file was closed.
    /// </summary>
    private void Open(ulong unique, in Node node, in FuseOpenIn open)
    {
        if ((open.Flags & FuseProtocol.OpenAccessMode) != 0) _device.Reply(unique, Errno.EROFS);
        else if (_options.DirectIo) _device.Reply(unique, new FuseOpenOut { OpenFlags = FuseOpenFlags.DirectIo | FuseOpenFlags.NoFlush });
        else if (_passthrough && (!_opens.IsRefused || _opens.Backings.Opened > 0)) _opens.Open(unique, node);
        else if (_kernel.HasFlag(FuseCapabilities.NoOpenSupport)) _device.Reply(unique, Errno.ENOSYS);
        else _device.Reply(unique, new FuseOpenOut { OpenFlags = FuseOpenFlags.KeepCache | FuseOpenFlags.NoFlush });
    }

    private void ReadDirectory(in FuseRequest request, in Node directory, Span<byte> scratch)
    {
        ref readonly FuseReadIn read = ref request.Body<FuseReadIn>();
        Span<byte> reply = scratch[..(int)Math.Min(read.Size, ListingCapacity)];
        int length = _directories.Fill(directory, read.Offset, request.Opcode == FuseOpcode.ReadDirPlus, reply);
        _device.Reply(request.Unique, reply[..length]);
    }

    private unsafe void GetExtendedAttribute(in FuseRequest request, in Node node)
    {
        byte[]? value = _extended.Find(node, request.Name(sizeof(FuseXAttrSize)));
        if (value is null) _device.Reply(request.Unique, Errno.ENODATA);
        else ExtendedAttributes.Reply(_device, request.Unique, value, request.Body<FuseXAttrSize>().Size);
    }

    private FuseStatFsOut Totals()
    {
        const uint Block = 4096;
        (long bytes, long files) = _tree.Totals;
        return new FuseStatFsOut
        {
            Blocks = ((ulong)bytes + Block - 1) / Block,
            Files = (ulong)files,
            BSize = Block,
            FrSize = Block,
            NameLen = VirtualTree.LongestName,
        };
    }

    [LoggerMessage(LogLevel.Trace, "{Opcode} of inode 0x{Inode:x16}, request {Unique} of process {Pid}")]
    private partial void LogRequest(FuseOpcode opcode, ulong inode, ulong unique, uint pid);

    [LoggerMessage(LogLevel.Error, "A reader thread of the mount ended.")]
    private partial void LogReaderFailed(Exception failure);

    /// <summary>Page-aligned memory of one reader thread.</summary>
    private readonly unsafe struct NativeBuffer(int size) : IDisposable
    {
        public byte* Pointer { get; } = (byte*)NativeMemory.AlignedAlloc((nuint)size, 4096);

        public void Dispose() => NativeMemory.AlignedFree(Pointer);
    }
}
