using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Transport;

namespace ZarrFs.Host.Http;

/// <summary>Answers for documents and chunks: conditions, ranges, and the bytes.</summary>
internal sealed class FileSender
{
    private static readonly StringValues Bytes = "bytes";
    private static readonly StringValues Json = "application/json";
    private static readonly StringValues Binary = "application/octet-stream";

    // Not max-age, for chunks neither: the same URL shows another volume or view after the next start, and a browser that mixes old chunks
    // with new metadata shows wrong voxels. Asking anew is cheap: an unchanged chunk is a 304 for which nothing is computed.
    private static readonly StringValues AskAnew = "no-cache";

    private readonly ServedContent _content;
    private readonly SendingBudget _budget;
    private readonly int _mostWaiting;
    private int _waiting;

    public FileSender(ServedContent content, HttpOptions options)
    {
        _content = content;
        _mostWaiting = options.MostWaiting;
        _budget = new SendingBudget(content.Pool.Budget / 4, options.Patience);
    }

    public Task SendAsync(HttpContext context, in Node node)
    {
        IHeaderDictionary request = context.Request.Headers;
        HttpResponse response = context.Response;
        IHeaderDictionary headers = response.Headers;
        string tag = $"\"{_content.Tree.ETag(node)}\"";
        DateTimeOffset modified = new(node.Modified.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        headers.ETag = tag;
        headers.LastModified = HeaderUtilities.FormatDate(modified);
        headers.AcceptRanges = Bytes;
        headers.CacheControl = AskAnew;

        int status = Preconditions.Status(request, tag, modified);
        if (status != StatusCodes.Status200OK)
        {
            response.StatusCode = status;
            return Task.CompletedTask;
        }

        bool isHead = HttpMethods.IsHead(context.Request.Method);
        ByteRange range = new(0, node.Size);
        if (!isHead && request.Range.Count == 1 && Preconditions.RangeHolds(request, tag, modified))
        {
            switch (ByteRange.Read(request.Range[0], node.Size, out range))
            {
                case RangeVerdict.Part:
                    response.StatusCode = StatusCodes.Status206PartialContent;
                    headers.ContentRange = $"bytes {range.Start}-{range.Start + range.Length - 1}/{node.Size}";
                    break;
                case RangeVerdict.Unsatisfiable:
                    response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                    headers.ContentRange = $"bytes */{node.Size}";
                    response.ContentLength = 0;
                    return Task.CompletedTask;
            }
        }

        headers.ContentType = node.Kind == NodeKind.Document ? Json : Binary;
        response.ContentLength = range.Length;
        if (isHead || range.Length == 0) return Task.CompletedTask;
        return node.Kind == NodeKind.Document
            ? BodyWriting.WriteAsync(context, _content.Tree.Document(node.Id).Slice((int)range.Start, (int)range.Length))
            : SendChunkAsync(context, node, range);
    }

    private Task SendChunkAsync(HttpContext context, in Node node, ByteRange range)
    {
        if (!_budget.TryTake(node.Size)) return MakeAndSendAsync(context, node, range);
        if (!_content.Chunks.TryGet(node.Chunk, out Lease lease))
        {
            _budget.Return(node.Size);
            return MakeAndSendAsync(context, node, range);
        }

        return SendLeasedAsync(context, lease, node.Size, range);
    }

    /// <summary>Waits for the chunk to be made, then for room to send it; while waiting for room it holds no memory.</summary>
    private async Task MakeAndSendAsync(HttpContext context, Node node, ByteRange range)
    {
        Lease lease = await MakeAsync(context, node);
        if (!_budget.TryTake(node.Size))
        {
            lease.Dispose();
            await _budget.TakeAsync(node.Size, context.RequestAborted);
            try
            {
                // Most often still in the cache; else it is made again.
                lease = await MakeAsync(context, node);
            }
            catch
            {
                _budget.Return(node.Size);
                throw;
            }
        }

        await SendLeasedAsync(context, lease, node.Size, range);
    }

    private async Task<Lease> MakeAsync(HttpContext context, Node node)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > _mostWaiting)
                throw new OverloadException($"{_mostWaiting} requests are waiting for chunks to be made");
            return await _content.Chunks.GetAsync(node.Chunk, context.RequestAborted);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Sends a part of a chunk that room was taken for; gives the lease and the room back.</summary>
    private async Task SendLeasedAsync(HttpContext context, Lease lease, long room, ByteRange range)
    {
        ILendingOutput? output = context.Features.Get<ILendingOutput>();
        try
        {
            if (lease.Length != room) throw new InvalidOperationException($"the chunk has {lease.Length} bytes where its node says {room}");
            if (output is null)
            {
                await context.Response.Body.WriteAsync(lease.Memory.Slice((int)range.Start, (int)range.Length), context.RequestAborted);
                return;
            }

            Task started = context.Response.StartAsync(CancellationToken.None);
            if (!started.IsCompletedSuccessfully) await started;
            output.Lend(lease, (int)range.Start, (int)range.Length);
            context.Response.BodyWriter.GetMemory((int)range.Length);
            context.Response.BodyWriter.Advance((int)range.Length);
            await context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        finally
        {
            output?.TakeBack();
            lease.Dispose();
            _budget.Return(room);
        }
    }
}
