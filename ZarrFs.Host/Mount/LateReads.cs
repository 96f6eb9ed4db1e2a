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

    public LateReads(FuseDevice device, IChunkReader chunks, PendingReads pending, FailureLog failures)
    {
        _device = device;
        _chunks = chunks;
        _pending = pending;
        _failures = failures;
    }

    /// <summary>Asks for the chunk of <paramref name="node"/> and replies when it is there.</summary>
    public void Begin(ulong unique, in Node node, int offset, int length)
    {
        CancellationToken cancellation = _pending.Add(unique);
        _ = AnswerAsync(unique, node, offset, length, cancellation);
    }

    // Every way out of here has sent exactly one reply: a reader without one hangs for ever.
    private async Task AnswerAsync(ulong unique, Node node, int offset, int length, CancellationToken cancellation)
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
            if (error != Errno.None) _device.Reply(unique, error);
            else _device.Reply(unique, lease!.Span.Slice(offset, length));
        }
        finally
        {
            lease?.Dispose();
            _pending.Remove(unique);
        }
    }
}
