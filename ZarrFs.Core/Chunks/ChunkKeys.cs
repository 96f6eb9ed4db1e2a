using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>The chunks of one Zarr array by number and by key: which of t and c its keys have, and how they are written.</summary>
public sealed class ChunkKeys
{
    private readonly KeyEncoding _encoding;
    private readonly long[] _counts;
    private readonly bool _hasT;
    private readonly bool _hasC;
    private readonly LeadingIndex _leading;

    /// <param name="grid">The level's chunks.</param>
    /// <param name="hasT">Whether the array has an axis t.</param>
    /// <param name="hasC">Whether the array has an axis c.</param>
    /// <param name="leading">The time point and the channel of an array that lacks those axes.</param>
    /// <param name="prefixed">True for Zarr v3's default keys, <c>c/z/y/x</c>; false for v2's <c>z/y/x</c>.</param>
    /// <param name="separator">Between the indices: <c>/</c> or <c>.</c>.</param>
    public ChunkKeys(in ChunkGrid grid, bool hasT, bool hasC, LeadingIndex leading, bool prefixed, char separator = '/')
    {
        Grid = grid;
        _encoding = new KeyEncoding(prefixed, separator);
        _hasT = hasT;
        _hasC = hasC;
        _leading = leading;
        VolumeShape counts = grid.Counts;
        _counts = [.. hasT ? [counts.T] : (long[])[], .. hasC ? [counts.C] : (long[])[], counts.Z, counts.Y, counts.X];
        Chunks = 1;
        foreach (long count in _counts) Chunks *= count;
    }

    /// <summary>The level's chunks.</summary>
    public ChunkGrid Grid { get; }

    /// <summary>True for Zarr v3's default keys, <c>c/z/y/x</c>; false for v2's <c>z/y/x</c>.</summary>
    public bool Prefixed => _encoding.HasPrefix;

    /// <summary>Number of indices in a key.</summary>
    public int Rank => _counts.Length;

    /// <summary>Number of chunks; wide, since nobody has checked it yet.</summary>
    public Int128 Chunks { get; }

    /// <summary>Number of chunks along an axis, the slowest first.</summary>
    public long Count(int axis) => _counts[axis];

    /// <summary>True if the array has this chunk; of its time points and channels there may be only one.</summary>
    public bool Contains(in ChunkAddress address) =>
        Grid.Contains(address) && (_hasT || address.T == _leading.T) && (_hasC || address.C == _leading.C);

    /// <summary>The number of a chunk of the array in C order.</summary>
    public long Index(in ChunkAddress address)
    {
        long index = _hasT ? address.T : 0;
        if (_hasC) index = (index * Grid.Counts.C) + address.C;
        return (((((index * Grid.Counts.Z) + address.Z) * Grid.Counts.Y) + address.Y) * Grid.Counts.X) + address.X;
    }

    /// <summary>The chunk of a number, as of <see cref="Index"/>.</summary>
    public ChunkAddress Address(int volume, int level, long index)
    {
        int axis = _counts.Length - 1;
        long x = Take(ref index, axis--);
        long y = Take(ref index, axis--);
        long z = Take(ref index, axis--);
        long c = _hasC ? Take(ref index, axis) : _leading.C;
        long t = _hasT ? index : _leading.T;
        return new ChunkAddress(volume, level, t, c, z, y, x);
    }

    /// <summary>A chunk's key: its path in the array's directory.</summary>
    public string Key(in ChunkAddress address) =>
        _encoding.Of([.. _hasT ? [address.T] : (long[])[], .. _hasC ? [address.C] : (long[])[], address.Z, address.Y, address.X]);

    /// <summary>True if a text is the key of a chunk of the array, as <see cref="Key"/> writes it.</summary>
    public bool IsKey(ReadOnlySpan<char> text)
    {
        if (_encoding.Parse(text, Rank) is not { } index) return false;
        for (int axis = 0; axis < index.Length; axis++)
        {
            if (index[axis] >= _counts[axis]) return false;
        }

        return true;
    }

    private long Take(ref long index, int axis)
    {
        long taken = index % _counts[axis];
        index /= _counts[axis];
        return taken;
    }
}
