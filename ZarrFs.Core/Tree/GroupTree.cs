using System.Text;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Tree;

/// <summary>One root of a volume: its group documents and one array a level.</summary>
internal sealed class GroupTree
{
    private GroupTree(string name, IReadOnlyList<(string Name, byte[] Content)> documents, ArrayTree[] arrays)
    {
        Name = name;
        NameBytes = Encoding.UTF8.GetBytes(name);
        Documents = new DocumentSet(documents);
        Arrays = arrays;
    }

    public string Name { get; }

    public byte[] NameBytes { get; }

    public DocumentSet Documents { get; }

    public ArrayTree[] Arrays { get; }

    public static GroupTree V2(Multiscale multiscale, IReadOnlyList<OmeroChannel> channels)
    {
        var documents = new ZarrV2Documents(multiscale, channels);
        return new GroupTree(
            multiscale.Name + ".zarr", documents.Group(),
            [.. multiscale.Levels.Select(level => new ArrayTree(multiscale, level, documents.Axes, documents.Array(level), prefixed: false))]);
    }

    public static GroupTree V3(Multiscale multiscale, IReadOnlyList<OmeroChannel> channels)
    {
        var documents = new ZarrV3Documents(multiscale, channels);
        return new GroupTree(
            multiscale.Name + ".ome.zarr", documents.Group(),
            [.. multiscale.Levels.Select(level => new ArrayTree(multiscale, level, documents.Axes, documents.Array(level), prefixed: true))]);
    }
}
