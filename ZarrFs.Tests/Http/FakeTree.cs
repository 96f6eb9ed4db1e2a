using System.Text;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Tests.Http;

/// <summary>A tree of what a test puts into it.</summary>
internal sealed class FakeTree : IFileTree
{
    private readonly List<(string Path, Node Node, byte[] Document)> _nodes = [];
    private readonly List<string> _roots = [];

    public FakeTree() => Add("", NodeKind.Directory, [], 0);

    public static DateTimeOffset Modified { get; } = new(2024, 5, 6, 7, 8, 9, 500, TimeSpan.Zero);

    public (long Bytes, long Files) Totals => (0, _nodes.Count);

    public void AddDirectory(string path) => Add(path, NodeKind.Directory, [], 0);

    public void AddDocument(string path, string text) => Add(path, NodeKind.Document, Encoding.UTF8.GetBytes(text), 0);

    public void AddChunk(string path, long x, int size)
    {
        Add(path, NodeKind.Chunk, [], size);
        (string Path, Node Node, byte[] Document) last = _nodes[^1];
        _nodes[^1] = last with { Node = last.Node with { Chunk = new ChunkAddress(0, 0, 0, 0, 0, 0, x) } };
    }

    public bool TryGet(NodeId id, out Node node)
    {
        bool found = id.Value >= 1 && id.Value <= (ulong)_nodes.Count;
        node = found ? _nodes[(int)id.Value - 1].Node : default;
        return found;
    }

    public bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child) =>
        TryResolve($"{Path(parent)}/{Encoding.UTF8.GetString(name)}", out child);

    public bool TryResolve(ReadOnlySpan<char> path, out Node node)
    {
        string wanted = path.TrimStart('/').ToString();
        int index = _nodes.FindIndex(entry => entry.Path == wanted);
        node = index < 0 ? default : _nodes[index].Node;
        return index >= 0;
    }

    public NodeId Parent(NodeId id) => TryResolve(ParentPath(Path(id)), out Node node) ? node.Id : NodeId.Root;

    /// <summary>All volumes are there.</summary>
    public IReadOnlyList<NodeId> NodesOf(in ChunkAddress address) => [NodeId.Root];

    public long ChildCount(NodeId directory) => Children(directory).Count();

    public Node Child(NodeId directory, long index, Span<byte> name, out int nameLength)
    {
        (string path, Node node, _) = Children(directory).ElementAt((int)index);
        nameLength = Encoding.UTF8.GetBytes(path.AsSpan(path.LastIndexOf('/') + 1), name);
        return node;
    }

    public ReadOnlyMemory<byte> Document(NodeId id) => _nodes[(int)id.Value - 1].Document;

    public string ETag(in Node node) => $"tag-{node.Id.Value}";

    private static string ParentPath(string path) => path.Contains('/') ? path[..path.LastIndexOf('/')] : "";

    private string Path(NodeId id) => _nodes[(int)id.Value - 1].Path;

    private IEnumerable<(string Path, Node Node, byte[] Document)> Children(NodeId directory) =>
        _nodes.Where(entry => entry.Path.Length > 0 && ParentPath(entry.Path) == Path(directory));

    /// <summary>Each name in the root is a volume.</summary>
    private void Add(string path, NodeKind kind, byte[] document, long size)
    {
        string root = path.Split('/')[0];
        if (root.Length > 0 && !_roots.Contains(root)) _roots.Add(root);
        _nodes.Add((path, new Node
        {
            Id = new NodeId((ulong)_nodes.Count + 1),
            Kind = kind,
            Size = kind == NodeKind.Document ? document.Length : size,
            Modified = Modified,
            Volume = _roots.IndexOf(root),
        }, document));
    }
}
