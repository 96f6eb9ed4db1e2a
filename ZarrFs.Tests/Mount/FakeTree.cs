using System.Buffers.Text;
using System.Text;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Tests.Mount;

/// <summary>
/// A small tree in memory: <c>note.json</c>, <c>empty.json</c>, <c>chunks/0…</c>, <c>many/0…</c> and <c>sub/deep/leaf.json</c>.
/// </summary>
internal sealed class FakeTree : IFileTree
{
    public const ulong Note = 2;
    public const ulong Empty = 3;
    public const ulong Chunks = 4;
    public const ulong Many = 5;
    public const ulong Sub = 6;
    public const ulong Deep = 7;
    public const ulong Leaf = 8;

    public static readonly DateTimeOffset Modified = new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero).AddTicks(1234567);

    private static readonly (ulong Parent, ulong Id, string Name)[] Named =
    [
        (1, Note, "note.json"), (1, Empty, "empty.json"), (1, Chunks, "chunks"), (1, Many, "many"), (1, Sub, "sub"), (Sub, Deep, "deep"),
        (Deep, Leaf, "leaf.json"),
    ];

    public byte[] NoteText { get; } = Encoding.UTF8.GetBytes("{\"a\": 1}\n");

    public int ChunkCount { get; init; } = 16;

    public int ManyCount { get; init; } = 100_000;

    public int ChunkSize { get; init; } = 3_000_001;

    public (long Bytes, long Files) Totals => ((long)ChunkSize * ChunkCount, ChunkCount);

    public static NodeId ChunkId(int index) => new((Chunks << 32) | (uint)index);

    public bool TryGet(NodeId id, out Node node)
    {
        ulong directory = id.Value >> 32;
        int index = (int)(uint)id.Value;
        bool exists = directory == 0 ? index is >= 1 and <= (int)Leaf : index >= 0 && index < CountOf(directory);
        node = default;
        if (!exists) return false;
        node = new Node
        {
            Id = id,
            Kind = directory != 0 ? NodeKind.Chunk : id.Value is Note or Empty or Leaf ? NodeKind.Document : NodeKind.Directory,
            Size = directory != 0 ? ChunkSize : id.Value is Note or Leaf ? NoteText.Length : 0,
            Modified = Modified,
            Volume = id.Value == 1 ? -1 : 0,
            Chunk = new ChunkAddress(0, directory == Many ? 1 : 0, 0, 0, 0, 0, index),
        };
        return true;
    }

    public bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child)
    {
        child = default;
        if (CountOf(parent.Value) > 0)
        {
            return Utf8Parser.TryParse(name, out int index, out int used) && used == name.Length && index >= 0
                && index < CountOf(parent.Value) && TryGet(new NodeId((parent.Value << 32) | (uint)index), out child);
        }

        string wanted = Encoding.UTF8.GetString(name);
        ulong id = Named.FirstOrDefault(entry => entry.Parent == parent.Value && entry.Name == wanted).Id;
        return id != 0 && TryGet(new NodeId(id), out child);
    }

    public bool TryResolve(ReadOnlySpan<char> path, out Node node) => throw new NotSupportedException("the mount resolves no paths");

    public NodeId Parent(NodeId id) =>
        id.Value >> 32 != 0 ? new NodeId(id.Value >> 32) : new NodeId(Math.Max(1, Named.FirstOrDefault(entry => entry.Id == id.Value).Parent));

    public IReadOnlyList<NodeId> NodesOf(in ChunkAddress address) => [new(((address.Level == 1 ? Many : Chunks) << 32) | (uint)address.X)];

    public long ChildCount(NodeId directory) =>
        CountOf(directory.Value) > 0 ? CountOf(directory.Value) : Named.Count(entry => entry.Parent == directory.Value);

    public Node Child(NodeId directory, long index, Span<byte> name, out int nameLength)
    {
        Node node;
        if (CountOf(directory.Value) > 0)
        {
            Assert.True(Utf8Formatter.TryFormat(index, name, out nameLength));
            Assert.True(TryGet(new NodeId((directory.Value << 32) | (uint)index), out node));
            return node;
        }

        (_, ulong id, string text) = Named.Where(entry => entry.Parent == directory.Value).ElementAt((int)index);
        nameLength = Encoding.UTF8.GetBytes(text, name);
        Assert.True(TryGet(new NodeId(id), out node));
        return node;
    }

    public ReadOnlyMemory<byte> Document(NodeId id) => id.Value == Empty ? default : NoteText;

    public string ETag(in Node node) => throw new NotSupportedException("the mount asks for no validators");

    private int CountOf(ulong directory) => directory switch
    {
        Chunks => ChunkCount,
        Many => ManyCount,
        _ => 0,
    };
}
