using System.Buffers.Text;
using System.Text;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Tree;

/// <summary>
/// The virtual tree: for each volume <c>NAME.zarr</c> (Zarr v2, OME-Zarr 0.4) and <c>NAME.ome.zarr</c> (Zarr v3, OME-Zarr 0.5).
/// Immutable, safe from any thread, allocation-free on the paths a kernel asks often. Knows nothing of FUSE or HTTP.
/// </summary>
public sealed class VirtualTree : IFileTree
{
    /// <summary>Longest name of any node, in UTF-8 bytes.</summary>
    public const int LongestName = 255;

    private static readonly byte[] KeyPrefix = "c"u8.ToArray();

    // By number; null for a volume that is not shown any more.
    private readonly VolumeTree?[] _volumes;

    // Numbers, in the order of the root directory.
    private readonly int[] _shown;
    private readonly Dictionary<string, (int Volume, int Dialect)> _groups = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _modified;

    /// <param name="volumes">The volumes with how their channels are displayed; a volume's place in the list is its number in chunk addresses.</param>
    /// <exception cref="OptionException">Two volumes would have a directory of the same name, or there are too many.</exception>
    public VirtualTree(IReadOnlyList<(Multiscale Multiscale, IReadOnlyList<OmeroChannel> Channels)> volumes)
        : this([], volumes, [.. Enumerable.Range(0, volumes.Count)], DateTimeOffset.UnixEpoch)
    {
    }

    private VirtualTree(
        VolumeTree?[] before, IReadOnlyList<(Multiscale Multiscale, IReadOnlyList<OmeroChannel> Channels)> added, int[] shown, DateTimeOffset changed)
    {
        if (before.Length + added.Count > NodeId.MostVolumes)
        {
            throw new OptionException("volumes", before.Length == 0
                ? $"{added.Count} volumes are too many; the limit is {NodeId.MostVolumes}"
                : $"{before.Length + added.Count} volumes since the start, with those that were removed, are too many; the limit is {NodeId.MostVolumes}, and a restart begins to count anew");
        }

        _shown = shown;
        _volumes = new VolumeTree?[before.Length + added.Count];
        foreach (int volume in shown)
        {
            VolumeTree tree = volume < before.Length
                ? before[volume] ?? throw new ArgumentException($"volume {volume} is not shown any more", nameof(shown))
                : new VolumeTree(added[volume - before.Length].Multiscale, added[volume - before.Length].Channels);
            _volumes[volume] = tree;
            if (tree.Modified > changed) changed = tree.Modified;
            for (int dialect = 0; dialect < 2; dialect++)
            {
                string name = tree.Dialects[dialect].Name;
                if (!_groups.TryAdd(name, (volume, dialect))) throw Twice(name, _volumes[_groups[name].Volume]!, tree);
            }
        }

        _modified = changed;
        Totals = CountTotals();
    }

    private static OptionException Twice(string name, VolumeTree first, VolumeTree second) => new(
        "--name",
        $"two volumes would both be shown as '{name}', {first.Multiscale.Volume.Source.Path} and {second.Multiscale.Volume.Source.Path}; "
        + "give one of them another name (where there are several, \"name\" in a configuration file)");

    /// <summary>A tree with other volumes besides, or without some. Nodes of those that stay are the same.</summary>
    /// <param name="first">Number of the first volume to add: the next one, or a later one where numbers were given to what came to nothing.</param>
    /// <param name="added">Volumes to add; their numbers follow.</param>
    /// <param name="shown">Numbers of all volumes that it shows, in the order of the root directory.</param>
    /// <param name="changed">When: the root directory's time.</param>
    /// <exception cref="OptionException">Two volumes would have a directory of the same name, or there are too many.</exception>
    public VirtualTree With(
        int first, IReadOnlyList<(Multiscale Multiscale, IReadOnlyList<OmeroChannel> Channels)> added, IReadOnlyList<int> shown, DateTimeOffset changed) =>
        new([.. _volumes, .. new VolumeTree?[first - _volumes.Length]], added, [.. shown], changed);

    /// <summary>Names in the root directory, in UTF-8, that are in one of two trees only, or stand for different volumes.</summary>
    internal static IReadOnlyList<byte[]> Differences(VirtualTree before, VirtualTree after) =>
    [
        .. before._groups.Keys.Union(after._groups.Keys)
            .Where(name => !before._groups.TryGetValue(name, out (int, int) was) || !after._groups.TryGetValue(name, out (int, int) now) || was != now)
            .Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>Bytes of the volumes at all levels, once each, and the number of files in both roots: what <c>statfs</c> tells.</summary>
    public (long Bytes, long Files) Totals { get; }

    /// <summary>Describes a node by its inode number; false if there is none (a stale or forged number).</summary>
    public bool TryGet(NodeId id, out Node node)
    {
        node = default;
        if (id == NodeId.Root)
        {
            node = new Node { Id = id, Kind = NodeKind.Directory, Size = 0, Modified = _modified, Volume = -1 };
            return true;
        }

        if (id.Volume >= _volumes.Length || _volumes[id.Volume] is not { } volume) return false;
        GroupTree group = volume.Dialects[id.Dialect];
        if (id.Level >= group.Arrays.Length) return false;
        ArrayTree array = group.Arrays[id.Level];
        NodeKind kind;
        long size = 0;
        switch (id.Place)
        {
            case NodePlace.Group when id.Level == 0 && id.Depth == 0 && id.Index == 0:
            case NodePlace.Array when id.Depth == 0 && id.Index == 0:
            case NodePlace.Keys when id.Depth < array.Rank && (id.Depth > 0 || array.Prefixed) && id.Index < array.CountAt(id.Depth):
                kind = NodeKind.Directory;
                break;
            case NodePlace.GroupDocument when id.Level == 0 && id.Depth == 0 && id.Index < group.Documents.Count:
                kind = NodeKind.Document;
                size = group.Documents.Content((int)id.Index).Length;
                break;
            case NodePlace.ArrayDocument when id.Depth == 0 && id.Index < array.Documents.Count:
                kind = NodeKind.Document;
                size = array.Documents.Content((int)id.Index).Length;
                break;
            case NodePlace.Chunk when id.Depth == 0 && id.Index < array.Chunks:
                kind = NodeKind.Chunk;
                size = volume.Multiscale.ChunkBytes;
                break;
            default:
                return false;
        }

        node = new Node
        {
            Id = id,
            Kind = kind,
            Size = size,
            Modified = volume.Modified,
            Volume = id.Volume,
            Generation = volume.Generation,
            Chunk = kind == NodeKind.Chunk ? array.Address(id.Volume, id.Level, id.Index) : default,
        };
        return true;
    }

    /// <summary>Finds a child by its name in UTF-8, without the "." and ".." that a kernel also asks for; false if there is none.</summary>
    public bool TryLookup(NodeId parent, ReadOnlySpan<byte> name, out Node child)
    {
        child = default;
        if (parent == NodeId.Root)
        {
            Span<char> text = stackalloc char[LongestName];
            if (name.Length > LongestName || !Encoding.UTF8.TryGetChars(name, text, out int length)) return false;
            return _groups.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out (int Volume, int Dialect) found)
                && name.SequenceEqual(_volumes[found.Volume]!.Dialects[found.Dialect].NameBytes) // bytes that are no UTF-8 decode to U+FFFD
                && TryGet(new NodeId(NodePlace.Group, found.Volume, found.Dialect), out child);
        }

        if (!TryGet(parent, out Node directory) || !directory.IsDirectory) return false;
        GroupTree group = _volumes[parent.Volume]!.Dialects[parent.Dialect];
        ArrayTree array = group.Arrays[parent.Level];
        if (parent.Place == NodePlace.Group)
        {
            int document = group.Documents.Find(name);
            if (document >= 0) return TryGet(new NodeId(NodePlace.GroupDocument, parent.Volume, parent.Dialect, index: document), out child);
            return TryParseIndex(name, group.Arrays.Length, out long level)
                && TryGet(new NodeId(NodePlace.Array, parent.Volume, parent.Dialect, (int)level), out child);
        }

        if (parent.Place == NodePlace.Array)
        {
            int document = array.Documents.Find(name);
            if (document >= 0)
                return TryGet(new NodeId(NodePlace.ArrayDocument, parent.Volume, parent.Dialect, parent.Level, index: document), out child);
            if (array.Prefixed)
            {
                return name.SequenceEqual(KeyPrefix)
                    && TryGet(new NodeId(NodePlace.Keys, parent.Volume, parent.Dialect, parent.Level), out child);
            }
        }

        return TryParseIndex(name, array.Count(parent.Depth), out long key) && TryGet(KeyChild(parent, array, key), out child);
    }

    /// <summary>Finds a node by its path, <c>/</c> between names, with or without a leading one; the empty path is the root directory.</summary>
    public bool TryResolve(ReadOnlySpan<char> path, out Node node)
    {
        TryGet(NodeId.Root, out node);
        path = path.Trim('/');
        Span<byte> name = stackalloc byte[LongestName];
        while (path.Length > 0)
        {
            int slash = path.IndexOf('/');
            ReadOnlySpan<char> first = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            if (!Encoding.UTF8.TryGetBytes(first, name, out int length) || !TryLookup(node.Id, name[..length], out node)) return false;
        }

        return true;
    }

    /// <summary>The directory a node is in; the root's is the root itself.</summary>
    public NodeId Parent(NodeId id)
    {
        if (id == NodeId.Root || !TryGet(id, out _)) return NodeId.Root;
        ArrayTree array = _volumes[id.Volume]!.Dialects[id.Dialect].Arrays[id.Level];
        switch (id.Place)
        {
            case NodePlace.GroupDocument or NodePlace.Array:
                return new NodeId(NodePlace.Group, id.Volume, id.Dialect);
            case NodePlace.ArrayDocument:
                return new NodeId(NodePlace.Array, id.Volume, id.Dialect, id.Level);
            case NodePlace.Keys or NodePlace.Chunk:
                int depth = id.Place == NodePlace.Chunk ? array.Rank : id.Depth;
                if (depth == 0 || (depth == 1 && !array.Prefixed)) return new NodeId(NodePlace.Array, id.Volume, id.Dialect, id.Level);
                return new NodeId(NodePlace.Keys, id.Volume, id.Dialect, id.Level, depth - 1, id.Index / array.Count(depth - 1));
            default:
                return NodeId.Root;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<NodeId> NodesOf(in ChunkAddress address)
    {
        if ((uint)address.Volume >= (uint)_volumes.Length || _volumes[address.Volume] is not { } volume) return [];
        var nodes = new List<NodeId>(2);
        for (int dialect = 0; dialect < 2; dialect++)
        {
            ArrayTree[] arrays = volume.Dialects[dialect].Arrays;
            if ((uint)address.Level >= (uint)arrays.Length || !arrays[address.Level].Contains(address)) continue;
            nodes.Add(new NodeId(NodePlace.Chunk, address.Volume, dialect, address.Level, index: arrays[address.Level].Index(address)));
        }

        return nodes;
    }

    /// <summary>Number of children of a directory.</summary>
    public long ChildCount(NodeId directory)
    {
        if (directory == NodeId.Root) return _groups.Count;
        if (!TryGet(directory, out Node node) || !node.IsDirectory) return 0;
        GroupTree group = _volumes[directory.Volume]!.Dialects[directory.Dialect];
        ArrayTree array = group.Arrays[directory.Level];
        return directory.Place switch
        {
            NodePlace.Group => group.Documents.Count + group.Arrays.Length,
            NodePlace.Array => array.Documents.Count + (array.Prefixed ? 1 : array.Count(0)),
            _ => array.Count(directory.Depth),
        };
    }

    /// <summary>Gives child number <paramref name="index"/> of a directory and writes its name.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="index">From 0 to <see cref="ChildCount"/> − 1.</param>
    /// <param name="name">Takes the UTF-8 name; at least <see cref="LongestName"/> bytes.</param>
    /// <param name="nameLength">Bytes written to <paramref name="name"/>.</param>
    public Node Child(NodeId directory, long index, Span<byte> name, out int nameLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, ChildCount(directory));
        NodeId id;
        if (directory == NodeId.Root)
        {
            int volume = _shown[index / 2], dialect = (int)(index % 2);
            id = new NodeId(NodePlace.Group, volume, dialect);
            nameLength = Copy(_volumes[volume]!.Dialects[dialect].NameBytes, name);
        }
        else
        {
            GroupTree group = _volumes[directory.Volume]!.Dialects[directory.Dialect];
            ArrayTree array = group.Arrays[directory.Level];
            DocumentSet documents = directory.Place == NodePlace.Group ? group.Documents : array.Documents;
            bool hasDocuments = directory.Place is NodePlace.Group or NodePlace.Array;
            if (hasDocuments && index < documents.Count)
            {
                NodePlace place = directory.Place == NodePlace.Group ? NodePlace.GroupDocument : NodePlace.ArrayDocument;
                id = new NodeId(place, directory.Volume, directory.Dialect, directory.Level, index: index);
                nameLength = Copy(documents.Name((int)index), name);
            }
            else
            {
                if (hasDocuments) index -= documents.Count;
                if (directory.Place == NodePlace.Array && array.Prefixed)
                {
                    id = new NodeId(NodePlace.Keys, directory.Volume, directory.Dialect, directory.Level);
                    nameLength = Copy(KeyPrefix, name);
                }
                else
                {
                    id = directory.Place == NodePlace.Group
                        ? new NodeId(NodePlace.Array, directory.Volume, directory.Dialect, (int)index)
                        : KeyChild(directory, array, index);
                    Utf8Formatter.TryFormat(index, name, out nameLength);
                }
            }
        }

        TryGet(id, out Node child);
        return child;
    }

    /// <summary>The bytes of a <see cref="NodeKind.Document"/>.</summary>
    public ReadOnlyMemory<byte> Document(NodeId id) => Documents(id).Content((int)id.Index);

    /// <summary>The strong validator of a file's content, without quotes; changes with the source's fingerprint and the view's options.</summary>
    public string ETag(in Node node) => node.Kind == NodeKind.Chunk
        ? $"{(_volumes[node.Volume] ?? throw NotShown(node.Id)).Identity}-{node.Id.Value:x}"
        : Documents(node.Id).ETag((int)node.Id.Index);

    private DocumentSet Documents(NodeId id)
    {
        if (id.Volume < _volumes.Length && _volumes[id.Volume] is null) throw NotShown(id);
        if (!TryGet(id, out Node node) || node.Kind != NodeKind.Document) throw new ArgumentException($"{id} is not a document", nameof(id));
        GroupTree group = _volumes[id.Volume]!.Dialects[id.Dialect];
        return id.Place == NodePlace.GroupDocument ? group.Documents : group.Arrays[id.Level].Documents;
    }

    private static NotShownException NotShown(NodeId id) => new($"node {id}");

    private static NodeId KeyChild(NodeId directory, ArrayTree array, long key)
    {
        long index = (directory.Index * array.Count(directory.Depth)) + key;
        int depth = directory.Depth + 1;
        return depth == array.Rank
            ? new NodeId(NodePlace.Chunk, directory.Volume, directory.Dialect, directory.Level, index: index)
            : new NodeId(NodePlace.Keys, directory.Volume, directory.Dialect, directory.Level, depth, index);
    }

    /// <summary>Reads an index as keys write it: decimal, no sign, no leading zeros.</summary>
    private static bool TryParseIndex(ReadOnlySpan<byte> name, long count, out long index) =>
        Utf8Parser.TryParse(name, out index, out int used) && used == name.Length && (ulong)index < (ulong)count
        && name[0] is >= (byte)'0' and <= (byte)'9' && (name.Length == 1 || name[0] != '0');

    private static int Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from.CopyTo(to);
        return from.Length;
    }

    private (long Bytes, long Files) CountTotals()
    {
        Int128 bytes = 0;
        long files = 0;
        foreach (VolumeTree volume in _volumes.OfType<VolumeTree>())
        {
            foreach (GroupTree group in volume.Dialects)
            {
                files += group.Documents.Count;
                foreach (ArrayTree array in group.Arrays)
                {
                    files += array.Documents.Count + array.Chunks;
                    if (array.Prefixed) bytes += (Int128)array.Chunks * volume.Multiscale.ChunkBytes;
                }
            }
        }

        return ((long)Int128.Min(bytes, long.MaxValue), files);
    }
}
