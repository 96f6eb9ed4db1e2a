using System.Globalization;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tree;

/// <summary>One level's array in one dialect: its documents and the arithmetic of its chunk keys.</summary>
internal sealed class ArrayTree
{
    private readonly long[] _counts;
    private readonly Axes _axes;
    private readonly LeadingIndex _leading;

    public ArrayTree(Multiscale multiscale, Level level, Axes axes, IReadOnlyList<(string Name, byte[] Content)> documents, bool prefixed)
    {
        _axes = axes;
        _leading = multiscale.Leading;
        _counts = axes.Sizes(level.Grid.Counts);
        Name = level.Index.ToString(CultureInfo.InvariantCulture);
        Documents = new DocumentSet(documents);
        Prefixed = prefixed;
        Int128 chunks = 1;
        foreach (long count in _counts) chunks *= count;
        if (chunks >= NodeId.MostIndices)
        {
            throw new OptionException(
                "--chunk-size", $"{multiscale.Chunk} makes {chunks} chunks of level {level.Index} of '{multiscale.Name}'; the limit is {NodeId.MostIndices}");
        }

        Chunks = (long)chunks;
    }

    public string Name { get; }

    public DocumentSet Documents { get; }

    /// <summary>True for Zarr v3's default keys, <c>c/z/y/x</c>; false for v2's <c>z/y/x</c>.</summary>
    public bool Prefixed { get; }

    /// <summary>Number of chunks.</summary>
    public long Chunks { get; }

    /// <summary>Number of indices in a chunk's key.</summary>
    public int Rank => _counts.Length;

    /// <summary>Number of children of a key directory of this depth.</summary>
    public long Count(int depth) => _counts[depth];

    /// <summary>Number of key directories (or chunks) with so many indices in their path.</summary>
    public long CountAt(int depth)
    {
        long count = 1;
        for (int i = 0; i < depth; i++) count *= _counts[i];
        return count;
    }

    public ChunkAddress Address(int volume, int level, long linear)
    {
        int axis = _counts.Length - 1;
        long x = Take(ref linear, axis--);
        long y = Take(ref linear, axis--);
        long z = Take(ref linear, axis--);
        long c = _axes.HasC ? Take(ref linear, axis) : _leading.C;
        long t = _axes.HasT ? linear : _leading.T;
        return new ChunkAddress(volume, level, t, c, z, y, x);
    }

    private long Take(ref long linear, int axis)
    {
        long index = linear % _counts[axis];
        linear /= _counts[axis];
        return index;
    }
}
