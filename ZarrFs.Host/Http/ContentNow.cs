using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http;

/// <summary>What there is for a caller, with the tree of one moment: all of an answer is about one state of it. The same as before for as long as the tree is.</summary>
/// <param name="content">All there is, with the tree as it changes.</param>
/// <param name="caller">Who asks.</param>
internal sealed class ContentNow(ServedContent content, Caller caller)
{
    private Known? _last;

    public ServedContent With(IFileTree tree)
    {
        if (_last is { } known && ReferenceEquals(known.Tree, tree)) return known.Content;
        // A page is made a little later than it was asked for, and volumes that have come by then may be for others.
        Func<IReadOnlyList<VolumeFacts>> all = content.Volumes;
        ServedContent made = (content with { Tree = tree, Volumes = () => [.. all().Where(volume => tree.NodesOf(new ChunkAddress(volume.Number, 0, 0, 0, 0, 0, 0)).Count > 0)] }).For(caller);
        _last = new Known(tree, made);
        return made;
    }

    private sealed record Known(IFileTree Tree, ServedContent Content);
}
