using System.Buffers;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Files;

namespace ZarrFs.Host.Mount;

/// <summary>
/// Reads of chunks that are in a file of the disk cache and not in memory: from the file into the reply, without a chunk's worth of memory. What
/// the page cache has is answered by the reader thread itself; all else waits on a spare one, or on a thread for that.
/// </summary>
internal sealed class StoredReads : IDisposable
{
    private readonly FuseDevice _device;
    private readonly IChunkReader _chunks;
    private readonly PendingReads _pending;
    private readonly LateReads _late;
    private readonly Invalidations _invalidations;
    private readonly DiskThreads _disk;
    private readonly SpareReaders _spare;
    private readonly RecentFiles _recent;

    public StoredReads(
        FuseDevice device, IChunkReader chunks, PendingReads pending, LateReads late, Invalidations invalidations, DiskThreads disk, SpareReaders spare)
    {
        _device = device;
        _chunks = chunks;
        _pending = pending;
        _late = late;
        _invalidations = invalidations;
        _disk = disk;
        _spare = spare;
        _recent = new RecentFiles(chunks);
    }

    /// <summary>Replies if it takes no waiting.</summary>
    /// <param name="unique">The request.</param>
    /// <param name="node">The chunk.</param>
    /// <param name="offset">Where in it.</param>
    /// <param name="buffer">As many bytes as the reply has; the caller's.</param>
    /// <returns>False if nothing was sent.</returns>
    public bool TryAnswer(ulong unique, in Node node, int offset, Span<byte> buffer)
    {
        if (_recent.TryTake(node.Chunk) is not { } file) return false;
        using (file)
        {
            if (PageCache.Read(file.Handle, buffer, offset) < buffer.Length) return false;
        }

        _device.Reply(unique, buffer);
        return true;
    }

    /// <summary>Replies in time, if the chunk seems to have a file; false if it has none, and somebody else has to.</summary>
    public bool TryBegin(ulong unique, in Node node, int offset, int length, int mark)
    {
        if (!_chunks.HasFile(node.Chunk)) return false;
        Begin(unique, node, offset, length, mark, _pending.Add(unique));
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _recent.Dispose();

    private void Begin(ulong unique, Node node, int offset, int length, int mark, CancellationToken cancellation)
    {
        if (!_spare.TryEnter())
        {
            _disk.Post(() => Answer(unique, node, offset, length, mark, cancellation));
            return;
        }

        try
        {
            Answer(unique, node, offset, length, mark, cancellation);
        }
        finally
        {
            _spare.Exit();
        }
    }

    private void Answer(ulong unique, in Node node, int offset, int length, int mark, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (!cancellation.IsCancellationRequested && TryRead(node, offset, buffer.AsSpan(0, length)))
            {
                _device.Reply(unique, buffer.AsSpan(0, length));
                _invalidations.Answered(node.Chunk, mark, isProvisional: false);
                _pending.Remove(unique);
                return;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // Gone or damaged meanwhile, or the reader is: whoever makes chunks knows what to do.
        _late.Continue(unique, node, offset, length, mark, cancellation);
    }

    private bool TryRead(in Node node, int offset, Span<byte> bytes)
    {
        try
        {
            using RecentFiles.FileUse? file = _recent.Open(node.Chunk, node.Size);
            if (file is null) return false;
            while (bytes.Length > 0)
            {
                int got = RandomAccess.Read(file.Handle, bytes, offset);
                if (got == 0) return false;
                bytes = bytes[got..];
                offset += got;
            }

            return true;
        }
        catch (Exception)
        {
            return false; // whatever it is: whoever makes chunks gives the bytes, or says why not
        }
    }
}
