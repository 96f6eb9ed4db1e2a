using System.Globalization;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Tree;

/// <summary>One level's array in one dialect: its documents and its chunk keys.</summary>
internal sealed class ArrayTree
{
    private readonly ChunkKeys _keys;

    public ArrayTree(Multiscale multiscale, Level level, Axes axes, IReadOnlyList<(string Name, byte[] Content)> documents, bool prefixed)
    {
        _keys = new ChunkKeys(level.Grid, axes.HasT, axes.HasC, multiscale.Leading, prefixed);
        Name = level.Index.ToString(CultureInfo.InvariantCulture);
        Documents = new DocumentSet(documents);
        if (_keys.Chunks >= NodeId.MostIndices)
        {
            throw new OptionException(
                "--chunk-size", $"{multiscale.Chunk} makes {_keys.Chunks} chunks of level {level.Index} of '{multiscale.Name}'; the limit is {NodeId.MostIndices}");
        }
    }

    public string Name { get; }

    public DocumentSet Documents { get; }

    /// <summary>True for Zarr v3's default keys, <c>c/z/y/x</c>; false for v2's <c>z/y/x</c>.</summary>
    public bool Prefixed => _keys.Prefixed;

    /// <summary>Number of chunks.</summary>
    public long Chunks => (long)_keys.Chunks;

    /// <summary>Number of indices in a chunk's key.</summary>
    public int Rank => _keys.Rank;

    /// <summary>Number of children of a key directory of this depth.</summary>
    public long Count(int depth) => _keys.Count(depth);

    /// <summary>Number of key directories (or chunks) with so many indices in their path.</summary>
    public long CountAt(int depth)
    {
        long count = 1;
        for (int i = 0; i < depth; i++) count *= _keys.Count(i);
        return count;
    }

    public bool Contains(in ChunkAddress address) => _keys.Contains(address);

    public long Index(in ChunkAddress address) => _keys.Index(address);

    public ChunkAddress Address(int volume, int level, long linear) => _keys.Address(volume, level, linear);
}
