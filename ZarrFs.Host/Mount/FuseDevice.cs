using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Mount;

/// <summary>
/// One connection to the kernel: requests are read from it, one a call, and replies written to it in any order from any thread.
/// Closing it ends the connection; a call under way keeps the descriptor open, so its number is never reused beneath a late reply.
/// </summary>
internal sealed unsafe partial class FuseDevice : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly ILogger _logger;

    /// <param name="handle">A descriptor of <c>/dev/fuse</c> that has been mounted. Owned from here on.</param>
    /// <param name="logger">Gets replies that the kernel refuses.</param>
    public FuseDevice(SafeFileHandle handle, ILogger logger)
    {
        _handle = handle;
        _logger = logger;
    }

    /// <summary>Waits for the next request.</summary>
    /// <returns>Its length in bytes; 0 when the filesystem has been unmounted or the connection aborted.</returns>
    /// <exception cref="IOException">The kernel reports something else.</exception>
    public int Read(byte* buffer, int capacity)
    {
        while (true)
        {
            nint length = Libc.Read(_handle, buffer, (nuint)capacity);
            if (length >= 0) return (int)length;
            int error = Libc.LastError;
            switch (error)
            {
                case Errno.ENODEV or Errno.ECONNABORTED:
                    return 0;
                // ENOENT: the request was taken back (its caller was killed) while it was being read.
                case Errno.EINTR or Errno.EAGAIN or Errno.ENOENT:
                    continue;
                default:
                    throw new IOException($"reading from the FUSE device failed: {Libc.Describe(error)} (errno {error})");
            }
        }
    }

    /// <summary>Replies with an error number, or with success and nothing else for <see cref="Errno.None"/>.</summary>
    public void Reply(ulong unique, int error) => Send(unique, -error, null, 0);

    /// <summary>Replies with a structure; false if nobody waits for it any more.</summary>
    public bool Reply<T>(ulong unique, in T body)
        where T : unmanaged
    {
        fixed (T* start = &body) return Send(unique, Errno.None, start, Unsafe.SizeOf<T>());
    }

    /// <summary>Replies with bytes; none is the end of the file or of the directory.</summary>
    public void Reply(ulong unique, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data) Send(unique, Errno.None, start, data.Length);
    }

    /// <summary>
    /// Makes the kernel drop what it has cached of an inode: bytes, attributes, pages that are mapped. Waits for reads of it that are under way, so it
    /// must not be called by anybody whom a reply waits for.
    /// </summary>
    public void Invalidate(ulong inode)
    {
        var body = new FuseNotifyInvalidateInode { NodeId = inode };
        Send(0, FuseProtocol.NotifyInvalidateInode, &body, sizeof(FuseNotifyInvalidateInode));
    }

    /// <summary>Makes the kernel forget a name, or that there is none, and all below it that nobody has open. As careful as <see cref="Invalidate"/>.</summary>
    public void InvalidateName(ulong directory, ReadOnlySpan<byte> name)
    {
        int fixedBytes = sizeof(FuseNotifyInvalidateEntry);
        byte* body = stackalloc byte[fixedBytes + VirtualTree.LongestName + 1];
        *(FuseNotifyInvalidateEntry*)body = new FuseNotifyInvalidateEntry { Parent = directory, NameLen = (uint)name.Length };
        var rest = new Span<byte>(body + fixedBytes, VirtualTree.LongestName + 1);
        name.CopyTo(rest);
        rest[name.Length] = 0;
        Send(0, FuseProtocol.NotifyInvalidateEntry, body, fixedBytes + name.Length + 1);
    }

    /// <summary>Gives the kernel a file to read by itself; its handle may be closed afterwards.</summary>
    /// <returns>The number that goes into replies to OPEN, or a negative error number.</returns>
    public int OpenBacking(SafeFileHandle file)
    {
        bool held = false;
        try
        {
            file.DangerousAddRef(ref held);
            var map = new FuseBackingMap { Fd = (int)file.DangerousGetHandle() };
            int id = Libc.IoControl(_handle, FuseProtocol.BackingOpen, &map);
            return id > 0 ? id : -Libc.LastError;
        }
        finally
        {
            if (held) file.DangerousRelease();
        }
    }

    /// <summary>Takes such a file back. Files that are open with it stay readable.</summary>
    public void CloseBacking(int id)
    {
        uint number = (uint)id;
        if (Libc.IoControl(_handle, FuseProtocol.BackingClose, &number) != 0) LogBackingNotClosed(id, Libc.Describe(Libc.LastError));
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private bool Send(ulong unique, int code, void* data, int length)
    {
        var header = new FuseOutHeader { Len = (uint)(sizeof(FuseOutHeader) + length), Error = code, Unique = unique };
        IoVector* vectors = stackalloc IoVector[2];
        vectors[0] = new IoVector { Base = &header, Length = (nuint)sizeof(FuseOutHeader) };
        vectors[1] = new IoVector { Base = data, Length = (nuint)length };
        nint sent;
        do sent = Libc.WriteV(_handle, vectors, length > 0 ? 2 : 1);
        while (sent < 0 && Libc.LastError == Errno.EINTR);
        if (sent >= 0) return true;

        // ENOENT: nobody waits for this reply any more, or has the inode that it is about. ENODEV: unmounted meanwhile. Neither is anybody's loss.
        int failure = Libc.LastError;
        if (failure is not (Errno.ENOENT or Errno.ENODEV)) LogReplyRefused(unique, length, failure, Libc.Describe(failure));
        return false;
    }

    [LoggerMessage(LogLevel.Error, "The kernel did not take back passthrough file {Id}: {Text}.")]
    private partial void LogBackingNotClosed(int id, string text);

    [LoggerMessage(LogLevel.Error, "The kernel refused the reply to request {Unique} ({Length} bytes): {Text} (errno {Error}).")]
    private partial void LogReplyRefused(ulong unique, int length, int error, string text);
}
