using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http;

/// <summary>Answers for documents and chunks.</summary>
internal sealed class FileSender : IDisposable
{
    private readonly IFileTree _tree;
    private readonly ChunkSender _chunks;

    public FileSender(ServedContent content, HttpOptions options)
    {
        _tree = content.Tree;
        _chunks = new ChunkSender(content, options);
    }

    /// <summary>Answers a GET or HEAD for a file.</summary>
    /// <param name="context">The request.</param>
    /// <param name="node">A document or chunk.</param>
    /// <param name="caller">Who asks, among whom turns are shared; null for whoever is at the address.</param>
    public Task SendAsync(HttpContext context, in Node node, Caller? caller = null)
    {
        if (node.Kind == NodeKind.Chunk) return _chunks.SendAsync(context, node, caller);
        return FileHeaders.Set(context, node, Validators.OfDocument(_tree, node), out ByteRange range)
            ? BodyWriting.WriteAsync(context, _tree.Document(node.Id).Slice((int)range.Start, (int)range.Length))
            : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _chunks.Dispose();
}
