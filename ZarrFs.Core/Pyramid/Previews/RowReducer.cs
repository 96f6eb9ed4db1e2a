using System.Numerics;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Pyramid.Previews;

/// <summary>
/// Reduces rows of voxels for previews. 2ⁿ voxels become one in a single step: halving n times would round n times, and read the row n times.
/// </summary>
internal abstract unsafe class RowReducer
{
    /// <summary>Most voxels of a row that one voxel stands for; of a longer stretch the first so many. Their sums fit in 32 bits for voxels of 16.</summary>
    public const int MostVoxels = 1 << 16;

    /// <summary>The kernel for a method and a type; the Gaussian method's previews are means.</summary>
    public static RowReducer Create(DownsampleMethod method, DataType type) => type switch
    {
        DataType.UInt8 => ForIntegers<byte, ulong, byte>(method),
        DataType.Int8 => ForIntegers<sbyte, long, byte>(method),
        DataType.UInt16 => ForIntegers<ushort, ulong, ushort>(method),
        DataType.Int16 => ForIntegers<short, long, ushort>(method),
        DataType.UInt32 => ForIntegers<uint, ulong, uint>(method),
        DataType.Int32 => ForIntegers<int, long, uint>(method),
        DataType.UInt64 => ForIntegers<ulong, UInt128, ulong>(method),
        DataType.Int64 => ForIntegers<long, Int128, ulong>(method),
        DataType.Float32 => ForFloats<float, uint>(method),
        DataType.Float64 => ForFloats<double, ulong>(method),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a data type"),
    };

    /// <summary>Reduces a row in place: each <paramref name="group"/> voxels to one; the last group may have fewer.</summary>
    /// <param name="row">Holds the voxels, then at its start the ⌈count / group⌉ results.</param>
    /// <param name="count">Voxels in the row.</param>
    /// <param name="group">1 to <see cref="MostVoxels"/>.</param>
    public abstract void Reduce(Span<byte> row, int count, int group);

    private static RowReducer ForIntegers<T, TSum, TBits>(DownsampleMethod method)
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TBits : unmanaged =>
        method is DownsampleMethod.Mean or DownsampleMethod.Gaussian ? new RowLoop<T, RowMeanOfIntegers<T, TSum>>() : ForOrdered<T, TBits>(method);

    private static RowReducer ForFloats<T, TBits>(DownsampleMethod method)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBits : unmanaged =>
        method is DownsampleMethod.Mean or DownsampleMethod.Gaussian ? new RowLoop<T, RowMeanOfFloats<T>>() : ForOrdered<T, TBits>(method);

    private static RowReducer ForOrdered<T, TBits>(DownsampleMethod method)
        where T : unmanaged, INumber<T>
        where TBits : unmanaged => method switch
        {
            DownsampleMethod.Nearest => new RowLoop<TBits, RowFirst<TBits>>(),
            DownsampleMethod.Max => new RowLoop<T, RowExtreme<T, Largest>>(),
            DownsampleMethod.Min => new RowLoop<T, RowExtreme<T, Smallest>>(),
            DownsampleMethod.Mode => new RowLoop<T, RowMostFrequent<T>>(),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "not a downsampling method"),
        };

    /// <summary>Walks a row group by group. A result lies before all voxels that are still to be read, so no second row is needed.</summary>
    private sealed class RowLoop<T, TReduction> : RowReducer
        where T : unmanaged
        where TReduction : struct, IRowReduction<T>
    {
        public override void Reduce(Span<byte> row, int count, int group)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(group, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(group, MostVoxels);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((long)count * sizeof(T), row.Length, nameof(count));
            fixed (byte* start = row)
            {
                T* voxels = (T*)start;
                T* made = voxels;
                for (int x = 0; x < count; x += group) *made++ = TReduction.Reduce(voxels + x, Math.Min(group, count - x));
            }
        }
    }
}
