using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Mount;

/// <summary>
/// Answers READ: documents and chunks in memory at once, chunks in the disk cache through <see cref="StoredReads"/>, all else through
/// <see cref="LateReads"/>.
/// </summary>
internal sealed class FileReader
{
    private readonly FuseDevice _device;
    private readonly IFileTree _tree;
    private readonly IChunkReader _chunks;
    private readonly StoredReads _stored;
    private readonly LateReads _late;
    private readonly Invalidations _invalidations;

    public FileReader(FuseDevice device, IFileTree tree, IChunkReader chunks, StoredReads stored, LateReads late, Invalidations invalidations)
    {
        _device = device;
        _tree = tree;
        _chunks = chunks;
        _stored = stored;
        _late = late;
        _invalidations = invalidations;
    }

    /// <summary>Replies with the bytes from an offset on, fewer than asked for at the end of the file.</summary>
    /// <param name="unique">The request.</param>
    /// <param name="node">A file.</param>
    /// <param name="read">Offset and length.</param>
    /// <param name="scratch">The reader thread's memory, as large as the largest read a kernel makes.</param>
    public void Read(ulong unique, in Node node, in FuseReadIn read, Span<byte> scratch)
    {
        if (read.Offset >= (ulong)node.Size)
        {
            _device.Reply(unique, ReadOnlySpan<byte>.Empty);
            return;
        }

        int offset = checked((int)read.Offset);
        int length = (int)Math.Min(read.Size, node.Size - offset);
        if (node.Kind == NodeKind.Document)
        {
            _device.Reply(unique, _tree.Document(node.Id).Span.Slice(offset, length));
            return;
        }

        int mark = _invalidations.Mark(node.Chunk);
        bool isProvisional = false;
        if (_chunks.TryGet(node.Chunk, out Lease lease))
        {
            // Answered on this thread: a hop to the thread pool costs 15 µs, as much as the copy of 128 KiB.
            using (lease)
            {
                isProvisional = lease.IsProvisional;
                _device.Reply(unique, lease.Span.Slice(offset, length));
            }
        }
        else if (length > scratch.Length || !_stored.TryAnswer(unique, node, offset, scratch[..length]))
        {
            if (!_stored.TryBegin(unique, node, offset, length, mark)) _late.Begin(unique, node, offset, length, mark);
            return;
        }

        _invalidations.Answered(node.Chunk, mark, isProvisional);
    }
}
