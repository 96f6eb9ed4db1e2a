using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>Where each voxel of a volume is in an array: in which chunk, and at which byte of it.</summary>
internal sealed class ChunkLayout
{
    private readonly ZarrArray _array;
    private readonly ArrayAxes _axes;
    private readonly long[] _chunk;
    private readonly long[] _counts;
    private readonly long[] _strides;

    public ChunkLayout(ZarrArray array, ArrayAxes axes)
    {
        _array = array;
        _axes = axes;
        long[] strides = new long[array.Shape.Count];
        long bytes = array.DataType.Size();
        foreach (int dimension in array.Order.Reverse())
        {
            strides[dimension] = bytes;
            bytes *= array.Chunk[dimension];
        }

        long[] counts = [.. Enumerable.Range(0, array.Shape.Count).Select(array.Chunks)];
        _chunk = OfAxes(array.Chunk, 1);
        _counts = OfAxes(counts, 1);
        _strides = OfAxes(strides, 0);
        long[] shape = OfAxes(array.Shape, 1);
        Shape = new VolumeShape(shape[ArrayAxes.T], shape[ArrayAxes.C], shape[ArrayAxes.Z], shape[ArrayAxes.Y], shape[ArrayAxes.X]);
        Unit = new ReadUnit((int)_chunk[ArrayAxes.Z], _chunk[ArrayAxes.Y], _chunk[ArrayAxes.X], (int)_chunk[ArrayAxes.C], !IsDirect);
    }

    /// <summary>Voxels along t, c, z, y, x.</summary>
    public VolumeShape Shape { get; }

    /// <summary>A chunk, which may be larger than the array.</summary>
    public ReadUnit Unit { get; }

    /// <summary>True if voxels are read straight from the file into their place: nothing to decode, and those along x follow one another.</summary>
    public bool IsDirect => _array.Codecs.IsNone && (HasRows || _chunk[ArrayAxes.X] == 1);

    /// <summary>True if the voxels along x follow one another in a chunk.</summary>
    public bool HasRows => _strides[ArrayAxes.X] == _array.DataType.Size();

    /// <summary>Voxels of a chunk along an axis.</summary>
    public long Chunk(int axis) => _chunk[axis];

    /// <summary>Chunks along an axis.</summary>
    public long Counts(int axis) => _counts[axis];

    /// <summary>Bytes from a voxel of a chunk to the next along an axis; 0 for an axis that the array lacks.</summary>
    public long Stride(int axis) => _strides[axis];

    /// <summary>The number of a chunk, given its index along each axis.</summary>
    public long Number(ReadOnlySpan<long> index)
    {
        long number = 0;
        for (int axis = 0; axis < ArrayAxes.Count; axis++) number = number * _counts[axis] + index[axis];
        return number;
    }

    /// <summary>The index of a chunk along each axis, given its number.</summary>
    public long[] Index(long number)
    {
        long[] index = new long[ArrayAxes.Count];
        for (int axis = ArrayAxes.Count - 1; axis >= 0; axis--) (number, index[axis]) = Math.DivRem(number, _counts[axis]);
        return index;
    }

    /// <summary>The index along each axis of a chunk that the array names by that along its dimensions; null if the array has no such chunk.</summary>
    public long[]? Index(ReadOnlySpan<long> dimensions)
    {
        long[] index = OfAxes([.. dimensions], 0);
        for (int axis = 0; axis < ArrayAxes.Count; axis++)
        {
            if (index[axis] >= _counts[axis]) return null;
        }

        return index;
    }

    /// <summary>The name of a chunk's file, below the array's directory.</summary>
    public string Key(long number)
    {
        long[] index = Index(number);
        Span<long> dimensions = stackalloc long[_array.Shape.Count];
        for (int axis = 0; axis < ArrayAxes.Count; axis++)
        {
            if (_axes[axis] != ArrayAxes.None) dimensions[_axes[axis]] = index[axis];
        }

        return _array.Keys.Of(dimensions);
    }

    /// <summary>The planes that a chunk stands for.</summary>
    public PlaneSpan Planes(long number)
    {
        long[] index = Index(number);
        long z = index[ArrayAxes.Z] * _chunk[ArrayAxes.Z];
        return new PlaneSpan(
            Single(ArrayAxes.T, Shape.T), Single(ArrayAxes.C, Shape.C), z, Math.Min(_chunk[ArrayAxes.Z], Shape.Z - z));

        long? Single(int axis, long size) => size > 1 && _chunk[axis] == 1 ? index[axis] : null;
    }

    private long[] OfAxes(IReadOnlyList<long> values, long missing) =>
        [.. Enumerable.Range(0, ArrayAxes.Count).Select(axis => _axes.Pick(values, axis, missing))];
}
