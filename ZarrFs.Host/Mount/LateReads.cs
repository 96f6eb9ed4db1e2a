using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Mount;

/// <summary>
/// Reads of chunks that are not in memory. The reader thread goes on at once; the reply is sent by whichever thread has the chunk.
/// </summary>
internal sealed class LateReads
{
    private readonly FuseDevice _device;
    private readonly IChunkReader _chunks;
    private readonly PendingReads _pending;
    private readonly FailureLog _failures;
    private readonly Invalidations _invalidations;

    public LateReads(FuseDevice device, IChunkReader chunks, PendingReads pending, FailureLog failures, Invalidations invalidations)
    {
        _device = device;
        _chunks = chunks;
        _pending = pending;
        _failures = failures;
        _invalidations = invalidations;
    }

    /// <summary>Asks for the chunk of <paramref name="node"/> and replies when it is there.</summary>
    /// <param name="unique">The request.</param>
    /// <param name="node">The chunk.</param>
    /// <param name="offset">Where in it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="mark">From <see cref="Invalidations.Mark"/>.</param>
    public void Begin(ulong unique, in Node node, int offset, int length, int mark) =>
        Continue(unique, node, offset, length, mark, _pending.Add(unique));

    /// <summary>The same, for a read that is among the pending ones already.</summary>
    public void Continue(ulong unique, in Node node, int offset, int length, int mark, CancellationToken cancellation) =>
        _ = AnswerAsync(unique, node, offset, length, mark, cancellation);

    // Every way out of here has sent exactly one reply: a reader without one hangs for ever.
    private async Task AnswerAsync(ulong unique, Node node, int offset, int length, int mark, CancellationToken cancellation)
    {
        Lease? lease = null;
        int error = Errno.None;
        try
        {
            lease = await _chunks.GetAsync(node.Chunk, cancellation);
            if (lease.Length < offset + length)
                throw new InvalidOperationException($"chunk {node.Chunk} has {lease.Length} bytes, its file {node.Size}");
        }
        catch (Exception failure)
        {
            error = _failures.Report(failure, node.Id.Value, cancellation.IsCancellationRequested);
        }

        try
        {
            if (error != Errno.None)
            {
                _device.Reply(unique, error);
            }
            else
            {
                _device.Reply(unique, lease!.Span.Slice(offset, length));
                _invalidations.Answered(node.Chunk, mark, lease.IsProvisional);
            }
        }
        finally
        {
            lease?.Dispose();
            _pending.Remove(unique);
        }
    }
}
