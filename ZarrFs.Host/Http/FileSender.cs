using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Tree;

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

    public Task SendAsync(HttpContext context, in Node node)
    {
        if (node.Kind == NodeKind.Chunk) return _chunks.SendAsync(context, node);
        return FileHeaders.Set(context, node, Validators.OfDocument(_tree, node), out ByteRange range)
            ? BodyWriting.WriteAsync(context, _tree.Document(node.Id).Slice((int)range.Start, (int)range.Length))
            : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _chunks.Dispose();
}
