using System.Text;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http.S3;

/// <summary>
/// The keys of a bucket in the order of their UTF-8 bytes, as S3 promises, from any key on: each step costs what the depth of the tree costs, whatever
/// came before it.
/// </summary>
internal sealed class KeyWalk
{
    private readonly IFileTree _tree;
    private readonly bool _isDeep;
    private readonly byte[] _wanted = [];
    private readonly Stack<Place> _places = new();
    private readonly List<byte> _path = [];

    /// <param name="tree">The files.</param>
    /// <param name="prefix">Only keys that begin so.</param>
    /// <param name="after">Only keys beyond this one; directories beyond it too, unless they are walked.</param>
    /// <param name="isDeep">Whether what is in a directory is walked; otherwise it is given itself.</param>
    public KeyWalk(IFileTree tree, string prefix, string after, bool isDeep)
    {
        _tree = tree;
        _isDeep = isDeep;
        byte[] start = Encoding.UTF8.GetBytes(prefix);
        byte[] mark = Encoding.UTF8.GetBytes(after);
        bool hasMark = mark.AsSpan().StartsWith(start) && mark.Length > 0;
        if (!hasMark && mark.AsSpan().SequenceCompareTo(start) > 0) return;

        int slash = start.AsSpan().LastIndexOf((byte)'/');
        if (!TryFindDirectory(start.AsSpan(0, Math.Max(slash, 0)), slash >= 0, out NodeId directory)) return;
        _path.AddRange(start.AsSpan(0, slash + 1));
        _wanted = start[(slash + 1)..];
        if (hasMark) Seek(directory, mark.AsSpan(slash + 1));
        else _places.Push(new Place(new OrderedChildren(tree, directory), _path.Count, _wanted) { OrEqual = true });
    }

    /// <summary>Gives the next key, or with a slash at its end the next directory.</summary>
    public bool TryNext(out string key, out Node node)
    {
        while (_places.TryPeek(out Place? place))
        {
            _path.RemoveRange(place.PathLength, _path.Count - place.PathLength);
            bool found = place.Children.TryFindAfter(place.Last, place.OrEqual, out byte[] entry, out node);
            if (!found || (_places.Count == 1 && !entry.AsSpan().StartsWith(_wanted)))
            {
                _places.Pop();
                continue;
            }

            place.Last = entry;
            place.OrEqual = false;
            _path.AddRange(entry);
            if (node.IsDirectory && _isDeep)
            {
                _places.Push(new Place(new OrderedChildren(_tree, node.Id), _path.Count, []));
                continue;
            }

            key = Encoding.UTF8.GetString([.. _path]);
            return true;
        }

        key = "";
        node = default;
        return false;
    }

    /// <summary>Goes to where the walk has been, directory by directory.</summary>
    private void Seek(NodeId directory, ReadOnlySpan<byte> mark)
    {
        while (true)
        {
            _places.Push(new Place(new OrderedChildren(_tree, directory), _path.Count, mark.ToArray()));
            int slash = mark.IndexOf((byte)'/');
            if (!_isDeep || slash <= 0 || !_tree.TryLookup(directory, mark[..slash], out Node child) || !child.IsDirectory) return;
            _path.AddRange(mark[..(slash + 1)]);
            directory = child.Id;
            mark = mark[(slash + 1)..];
        }
    }

    private bool TryFindDirectory(ReadOnlySpan<byte> path, bool hasSlash, out NodeId directory)
    {
        directory = NodeId.Root;
        if (!hasSlash) return true;
        foreach (Range part in path.Split((byte)'/'))
        {
            if (path[part].IsEmpty || !_tree.TryLookup(directory, path[part], out Node node) || !node.IsDirectory) return false;
            directory = node.Id;
        }

        return true;
    }

    /// <summary>How far the walk is in a directory.</summary>
    private sealed class Place(OrderedChildren children, int pathLength, byte[] last)
    {
        public OrderedChildren Children => children;

        public int PathLength => pathLength;

        public byte[] Last { get; set; } = last;

        public bool OrEqual { get; set; }
    }
}
