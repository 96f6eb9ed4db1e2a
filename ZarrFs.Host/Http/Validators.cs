using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http;

/// <summary>By what a client can tell whether the bytes it has are those of a file.</summary>
/// <param name="Tag">The entity tag, quoted.</param>
/// <param name="Modified">The file's time, in whole seconds as dates in HTTP are; null if it does not tell these bytes from others.</param>
/// <param name="IsProvisional">Whether they are a preview's.</param>
internal readonly record struct Validators(string Tag, DateTimeOffset? Modified, bool IsProvisional)
{
    /// <summary>Those that a GET would most likely answer with now: a chunk may become exact meanwhile. Nothing is computed.</summary>
    public static Validators Of(IFileTree tree, IChunkReader chunks, in Node node) => node.Kind == NodeKind.Chunk
        ? OfChunk(tree, node, chunks.RevisionOf(node.Chunk), chunks.StatusOf(node.Chunk) == ChunkStatus.Provisional)
        : OfDocument(tree, node);

    /// <summary>Those of a document.</summary>
    public static Validators OfDocument(IFileTree tree, in Node node) => new($"\"{tree.ETag(node)}\"", WholeSeconds(node.Modified), IsProvisional: false);

    /// <summary>
    /// Those of a chunk. Its preview and each of its revisions have a tag of their own; a date only its first exact bytes have, since that of the
    /// source is all there is.
    /// </summary>
    /// <param name="tree">Whose.</param>
    /// <param name="node">The chunk.</param>
    /// <param name="revision">That of the bytes.</param>
    /// <param name="isProvisional">Whether they are a preview's.</param>
    public static Validators OfChunk(IFileTree tree, in Node node, int revision, bool isProvisional)
    {
        string tag = tree.ETag(node);
        if (revision > 0) tag = $"{tag}-r{revision}";
        return new($"\"{tag}{(isProvisional ? "-p" : "")}\"", revision > 0 || isProvisional ? null : WholeSeconds(node.Modified), isProvisional);
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
}
