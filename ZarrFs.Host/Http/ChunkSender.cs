using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Files;
using ZarrFs.Host.Http.Transport;

namespace ZarrFs.Host.Http;

/// <summary>
/// Answers for chunks: from memory, from a file of the disk cache, or when they are made. Headers are of the very bytes that follow: what a chunk
/// seems to be is only a guess, good for answers that take no bytes, until one has them.
/// </summary>
internal sealed class ChunkSender : IDisposable
{
    private readonly IFileTree _tree;
    private readonly IChunkReader _chunks;
    private readonly SendingBudget _budget;
    private readonly DiskThreads _disk = new("http disk");
    private readonly RecentFiles _recent;
    private readonly int _mostWaiting;
    private int _waiting;

    public ChunkSender(ServedContent content, HttpOptions options)
    {
        _tree = content.Tree;
        _chunks = content.Chunks;
        _recent = new RecentFiles(content.Chunks);
        _mostWaiting = options.MostWaiting;
        _budget = new SendingBudget(content.Pool.Budget / 4, options.Patience);
    }

    public Task SendAsync(HttpContext context, in Node node)
    {
        int revision = _chunks.RevisionOf(node.Chunk);
        Validators guess = ValidatorsOf(node, revision, _chunks.StatusOf(node.Chunk) == ChunkStatus.Provisional);
        if (guess.IsProvisional)
        {
            // Who has the exact chunk already needs no preview of it.
            Validators exact = ValidatorsOf(node, revision, isProvisional: false);
            if (Preconditions.Status(context.Request.Headers, exact) == StatusCodes.Status304NotModified) guess = exact;
        }

        if (!FileHeaders.Set(context, node, guess, out _)) return Task.CompletedTask;
        if (_budget.TryTake(node.Size))
        {
            if (_chunks.TryGet(node.Chunk, out Lease lease))
            {
                if (_chunks.RevisionOf(node.Chunk) == revision) return SendLeasedAsync(context, lease, node, revision);
                lease.Dispose();
            }

            _budget.Return(node.Size);
        }

        if (context.Features.Get<ILendingOutput>() is { } output)
        {
            if (_recent.TryTake(node.Chunk) is { } file) return SendFileAsync(context, output, file, node);
            if (_chunks.HasFile(node.Chunk)) return OpenAndSendAsync(context, output, node);
        }

        return MakeAndSendAsync(context, node);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disk.Dispose();
        _recent.Dispose();
    }

    private async Task OpenAndSendAsync(HttpContext context, ILendingOutput output, Node node)
    {
        RecentFiles.FileUse? file = await _disk.RunAsync(() => _recent.Open(node.Chunk, node.Size));
        if (file is null) await MakeAndSendAsync(context, node);
        else await SendFileAsync(context, output, file, node);
    }

    /// <summary>Waits for the chunk to be made, then for room to send it; while waiting for room it holds no memory.</summary>
    private async Task MakeAndSendAsync(HttpContext context, Node node)
    {
        (Lease lease, int revision) = await MakeAsync(context, node);
        if (!_budget.TryTake(node.Size))
        {
            lease.Dispose();
            await _budget.TakeAsync(node.Size, context.RequestAborted);
            try
            {
                // Most often still in the cache; else it is made again.
                (lease, revision) = await MakeAsync(context, node);
            }
            catch
            {
                _budget.Return(node.Size);
                throw;
            }
        }

        await SendLeasedAsync(context, lease, node, revision);
    }

    /// <summary>A chunk, with its revision: of the very bytes, or a client would keep those of before under the tag of those of now.</summary>
    private async Task<(Lease Lease, int Revision)> MakeAsync(HttpContext context, Node node)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > _mostWaiting)
                throw new OverloadException($"{_mostWaiting} requests are waiting for chunks to be made");
            while (true)
            {
                int revision = _chunks.RevisionOf(node.Chunk);
                Lease lease = await _chunks.GetAsync(node.Chunk, context.RequestAborted);
                if (_chunks.RevisionOf(node.Chunk) == revision) return (lease, revision);
                lease.Dispose();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Sends a chunk, or the part that is wanted, that room was taken for; gives the lease and the room back.</summary>
    private async Task SendLeasedAsync(HttpContext context, Lease lease, Node node, int revision)
    {
        ILendingOutput? output = context.Features.Get<ILendingOutput>();
        try
        {
            if (lease.Length != node.Size) throw new InvalidOperationException($"the chunk has {lease.Length} bytes where its node says {node.Size}");
            if (!FileHeaders.Set(context, node, ValidatorsOf(node, revision, lease.IsProvisional), out ByteRange range)) return;
            ReadOnlyMemory<byte> bytes = lease.Memory.Slice((int)range.Start, (int)range.Length);
            if (output is null)
            {
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
                return;
            }

            Task started = context.Response.StartAsync(CancellationToken.None);
            if (!started.IsCompletedSuccessfully) await started;
            output.Lend(bytes);
            context.Response.BodyWriter.GetMemory(bytes.Length);
            context.Response.BodyWriter.Advance(bytes.Length);
            await context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        finally
        {
            output?.TakeBack();
            lease.Dispose();
            _budget.Return(node.Size);
        }
    }

    /// <summary>Sends a chunk, or the part that is wanted, from its file; gives the file back. It takes no room of others, however slow the client.</summary>
    private async Task SendFileAsync(HttpContext context, ILendingOutput output, RecentFiles.FileUse file, Node node)
    {
        try
        {
            if (!FileHeaders.Set(context, node, ValidatorsOf(node, file.Revision, isProvisional: false), out ByteRange range)) return;
            Task started = context.Response.StartAsync(CancellationToken.None);
            if (!started.IsCompletedSuccessfully) await started;
            output.Lend(file.Handle, range.Start, (int)range.Length, _disk);
            context.Response.BodyWriter.GetMemory((int)range.Length);
            context.Response.BodyWriter.Advance((int)range.Length);
            await context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        finally
        {
            output.TakeBack();
            file.Dispose();
        }
    }

    private Validators ValidatorsOf(in Node node, int revision, bool isProvisional) => Validators.OfChunk(_tree, node, revision, isProvisional);
}
