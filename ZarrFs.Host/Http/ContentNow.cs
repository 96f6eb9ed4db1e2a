using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http;

/// <summary>What there is, with the tree of this moment: all of an answer is about one state of it. The same as before for as long as the tree is.</summary>
/// <param name="content">The same with the tree as it changes.</param>
internal sealed class ContentNow(ServedContent content)
{
    private ServedContent? _now;

    public ServedContent Value
    {
        get
        {
            IFileTree tree = content.Tree.Now;
            return _now is { } known && ReferenceEquals(known.Tree, tree) ? known : _now = content with { Tree = tree };
        }
    }
}
