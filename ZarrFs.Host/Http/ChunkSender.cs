using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Files;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;
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
    private readonly MakingTurns _turns;
    private readonly SlowClients _slow;

    public ChunkSender(ServedContent content, HttpOptions options)
    {
        _tree = content.Tree;
        _chunks = content.Chunks;
        _recent = new RecentFiles(content.Chunks);
        _turns = new MakingTurns(options.Limits.Making, Math.Max(1, options.Limits.Making / 2), options.MostWaiting);
        _slow = new SlowClients(options.SlowestClient);
        _budget = new SendingBudget(content.Pool.Budget / 4, options.Patience);
    }

    public Task SendAsync(HttpContext context, in Node node, Caller? caller)
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
                if (_chunks.RevisionOf(node.Chunk) == revision) return SendLeasedAsync(new ChunkLoan(this, context, caller, node, lease, revision));
                lease.Dispose();
            }

            _budget.Return(node.Size);
        }

        if (context.Features.Get<ILendingOutput>() is { } output)
        {
            if (_recent.TryTake(node.Chunk) is { } file) return SendFileAsync(context, output, file, node);
            if (_chunks.HasFile(node.Chunk)) return OpenAndSendAsync(context, output, node, caller);
        }

        return MakeAndSendAsync(context, node, caller);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disk.Dispose();
        _recent.Dispose();
        _slow.Dispose();
    }

    /// <summary>Gives room back that was taken for a chunk.</summary>
    public void ReturnRoom(long bytes) => _budget.Return(bytes);

    /// <summary>Takes room and chunk again for a client who was slow and goes on; the caller gives both back.</summary>
    /// <exception cref="OverloadException">There is no room in time, or too many wait.</exception>
    /// <exception cref="SourceException">The chunk cannot be made any more, or is another.</exception>
    public async ValueTask<Lease> TakeAgainAsync(ChunkLoan loan)
    {
        (HttpContext context, Node node) = (loan.Context, loan.Node);
        await _budget.TakeAsync(ClientKey.Of(context, loan.Caller), node.Size, context.RequestAborted);
        try
        {
            int revision = _chunks.RevisionOf(node.Chunk);
            if (!_chunks.TryGet(node.Chunk, out Lease lease)) (lease, revision) = await MakeAsync(context, node, loan.Caller);
            if (revision == loan.Revision && _chunks.RevisionOf(node.Chunk) == revision && lease.IsProvisional == loan.IsProvisional && lease.Length == node.Size) return lease;
            lease.Dispose();
            throw new SourceChangedException(Visit.TargetOf(context), "the chunk is another by now");
        }
        catch
        {
            _budget.Return(node.Size);
            throw;
        }
    }

    private async Task OpenAndSendAsync(HttpContext context, ILendingOutput output, Node node, Caller? caller)
    {
        RecentFiles.FileUse? file = await _disk.RunAsync(() => _recent.Open(node.Chunk, node.Size));
        if (file is null) await MakeAndSendAsync(context, node, caller);
        else await SendFileAsync(context, output, file, node);
    }

    /// <summary>Waits for the chunk to be made, then for room to send it; while waiting for room it holds no memory.</summary>
    private async Task MakeAndSendAsync(HttpContext context, Node node, Caller? caller)
    {
        (Lease lease, int revision) = await MakeAsync(context, node, caller);
        if (!_budget.TryTake(node.Size))
        {
            lease.Dispose();
            await _budget.TakeAsync(ClientKey.Of(context, caller), node.Size, context.RequestAborted);
            try
            {
                // Most often still in the cache; else it is made again.
                (lease, revision) = await MakeAsync(context, node, caller);
            }
            catch
            {
                _budget.Return(node.Size);
                throw;
            }
        }

        await SendLeasedAsync(new ChunkLoan(this, context, caller, node, lease, revision));
    }

    /// <summary>A chunk, with its revision: of the very bytes, or a client would keep those of before under the tag of those of now.</summary>
    private async Task<(Lease Lease, int Revision)> MakeAsync(HttpContext context, Node node, Caller? caller)
    {
        ClientKey client = ClientKey.Of(context, caller);
        await _turns.EnterAsync(client, context.RequestAborted);
        try
        {
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
            _turns.Leave(client);
        }
    }

    /// <summary>Sends a chunk, or the part that is wanted, that room was taken for; gives lease and room back.</summary>
    private async Task SendLeasedAsync(ChunkLoan loan)
    {
        HttpContext context = loan.Context;
        ILendingOutput? output = context.Features.Get<ILendingOutput>();
        try
        {
            if (loan.Left != loan.Node.Size) throw new InvalidOperationException($"the chunk has {loan.Left} bytes where its node says {loan.Node.Size}");
            Validators validators = ValidatorsOf(loan.Node, loan.Revision, loan.IsProvisional);
            if (!FileHeaders.Set(context, loan.Node, validators, out ByteRange range)) return;
            loan.Narrow(range);
            await SendAsync(context, output, loan);
        }
        finally
        {
            output?.TakeBack();
            loan.Dispose();
        }
    }

    /// <summary>Sends a chunk, or the part that is wanted, from its file; gives the file back. It takes no room of others, however slow the client.</summary>
    private async Task SendFileAsync(HttpContext context, ILendingOutput output, RecentFiles.FileUse file, Node node)
    {
        try
        {
            if (!FileHeaders.Set(context, node, ValidatorsOf(node, file.Revision, isProvisional: false), out ByteRange range)) return;
            await SendAsync(context, output, new FileLoan(file.Handle, range.Start, (int)range.Length, _disk));
        }
        finally
        {
            output.TakeBack();
            file.Dispose();
        }
    }

    /// <summary>Sends the headers and what is lent.</summary>
    private async Task SendAsync(HttpContext context, ILendingOutput? output, Loan loan)
    {
        int length = loan.Left;
        Task started = context.Response.StartAsync(CancellationToken.None);
        if (!started.IsCompletedSuccessfully) await started;
        Task sending = output is null ? ((ChunkLoan)loan).CopyAsync(context.Response.BodyWriter) : LendAsync(context, output, loan);
        if (!sending.IsCompletedSuccessfully) await _slow.WatchAsync(context, loan, length, sending);
    }

    private static Task LendAsync(HttpContext context, ILendingOutput output, Loan loan)
    {
        int length = loan.Left;

        // Kestrel takes a chunk that it has not copied for no bytes, and would cut off who needs longer than the time of grace for one: 400 kB/s.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        output.Lend(loan);
        context.Response.BodyWriter.GetMemory(length);
        context.Response.BodyWriter.Advance(length);
        ValueTask<FlushResult> flush = context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }

    private Validators ValidatorsOf(in Node node, int revision, bool isProvisional) => Validators.OfChunk(_tree, node, revision, isProvisional);
}
