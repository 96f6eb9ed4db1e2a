using System.Numerics;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Pyramid;

/// <summary>Halves boxes of voxels along z, y and x, by the methods that need no voxel beyond the 2×2×2; the Gaussian one is <see cref="GaussianKernel"/>'s.</summary>
public abstract class Downsampler
{
    /// <summary>The kernel for a method and a type.</summary>
    public static Downsampler Create(DownsampleMethod method, DataType type) => Create(method, type, Vector.IsHardwareAccelerated);

    /// <summary>
    /// Halves the box <paramref name="depth"/> × <paramref name="height"/> × <paramref name="width"/> at the start of
    /// <paramref name="source"/> and writes <c>ceil(n/2)</c> voxels along each axis at the start of <paramref name="destination"/>.
    /// An odd edge repeats its last plane, row or column. Strides are in bytes; rows are contiguous along x. The two may not overlap.
    /// </summary>
    /// <param name="source">Starts at the box's first voxel.</param>
    /// <param name="sourcePlane">Bytes from a plane to the next in <paramref name="source"/>.</param>
    /// <param name="sourceRow">Bytes from a row to the next in <paramref name="source"/>.</param>
    /// <param name="depth">Planes of the box.</param>
    /// <param name="height">Rows of the box.</param>
    /// <param name="width">Voxels a row of the box.</param>
    /// <param name="destination">Starts where the first voxel goes.</param>
    /// <param name="destinationPlane">Bytes from a plane to the next in <paramref name="destination"/>.</param>
    /// <param name="destinationRow">Bytes from a row to the next in <paramref name="destination"/>.</param>
    /// <exception cref="ArgumentException">A span is too short for the box, or a size or stride is out of range.</exception>
    public abstract void Halve(
        ReadOnlySpan<byte> source, int sourcePlane, int sourceRow, int depth, int height, int width,
        Span<byte> destination, int destinationPlane, int destinationRow);

    /// <summary>Lets tests choose the scalar path, which a machine without vectors takes.</summary>
    internal static Downsampler Create(DownsampleMethod method, DataType type, bool vectors) => type switch
    {
        DataType.UInt8 => ForIntegers<byte, ushort, byte>(method, vectors),
        DataType.Int8 => ForIntegers<sbyte, short, byte>(method, vectors),
        DataType.UInt16 => ForIntegers<ushort, uint, ushort>(method, vectors),
        DataType.Int16 => ForIntegers<short, int, ushort>(method, vectors),
        DataType.UInt32 => ForIntegers<uint, ulong, uint>(method, vectors),
        DataType.Int32 => ForIntegers<int, long, uint>(method, vectors),
        DataType.UInt64 => ForIntegers<ulong, UInt128, ulong>(method, vectors),
        DataType.Int64 => ForIntegers<long, Int128, ulong>(method, vectors),
        DataType.Float32 => ForFloats<float, uint>(method, vectors),
        DataType.Float64 => ForFloats<double, ulong>(method, vectors),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a data type"),
    };

    private static Downsampler ForIntegers<T, TSum, TBits>(DownsampleMethod method, bool vectors)
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TBits : unmanaged =>
        method == DownsampleMethod.Mean
            ? new BoxDownsampler<T, MeanOfIntegers<T, TSum>>(vectors)
            : ForOrdered<T, TBits>(method, vectors);

    private static Downsampler ForFloats<T, TBits>(DownsampleMethod method, bool vectors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBits : unmanaged =>
        method == DownsampleMethod.Mean
            ? new BoxDownsampler<T, MeanOfFloats<T>>(vectors)
            : ForOrdered<T, TBits>(method, vectors);

    private static Downsampler ForOrdered<T, TBits>(DownsampleMethod method, bool vectors)
        where T : unmanaged, INumber<T>
        where TBits : unmanaged => method switch
        {
            DownsampleMethod.Nearest => new BoxDownsampler<TBits, Nearest<TBits>>(vectors),
            DownsampleMethod.Max => new BoxDownsampler<T, Extreme<T, Largest>>(vectors),
            DownsampleMethod.Min => new BoxDownsampler<T, Extreme<T, Smallest>>(vectors),
            DownsampleMethod.Mode => new BoxDownsampler<T, MostFrequent<T>>(vectors),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "not a downsampling method"),
        };
}
