using System.Numerics;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Pyramid;

/// <summary>
/// The arithmetic of the Gaussian method, axis by axis: along z six runs of voxels become sums, along y six runs of sums become one, along x
/// one run is halved, and its sums are rounded to voxels. Each number is <c>(Outer·(s0+s5) + Middle·(s1+s4)) + Inner·(s2+s3)</c>, reckoned
/// in float32 for integers of 8 and 16 bits and in float64 for everything else, so the bits depend on nothing but the six.
/// </summary>
internal abstract unsafe class GaussianKernel
{
    /// <summary>Bytes of a sum.</summary>
    public abstract int SumBytes { get; }

    /// <summary>Bytes of a voxel.</summary>
    public abstract int VoxelBytes { get; }

    /// <summary>The kernel for a type.</summary>
    public static GaussianKernel Create(DataType type) => Create(type, Vector.IsHardwareAccelerated);

    /// <summary>Lets tests choose the scalar path, which a machine without vectors takes.</summary>
    public static GaussianKernel Create(DataType type, bool vectors) => type switch
    {
        DataType.UInt8 => new GaussianPasses<byte, float, WideningOfShorts<byte>>(vectors),
        DataType.Int8 => new GaussianPasses<sbyte, float, WideningOfShorts<sbyte>>(vectors),
        DataType.UInt16 => new GaussianPasses<ushort, float, WideningOfShorts<ushort>>(vectors),
        DataType.Int16 => new GaussianPasses<short, float, WideningOfShorts<short>>(vectors),
        DataType.UInt32 => new GaussianPasses<uint, double, WideningOfIntegers<uint>>(vectors),
        DataType.Int32 => new GaussianPasses<int, double, WideningOfIntegers<int>>(vectors),
        DataType.UInt64 => new GaussianPasses<ulong, double, WideningOfIntegers<ulong>>(vectors),
        DataType.Int64 => new GaussianPasses<long, double, WideningOfIntegers<long>>(vectors),
        DataType.Float32 => new GaussianPasses<float, double, WideningOfFloats<float>>(vectors),
        DataType.Float64 => new GaussianPasses<double, double, WideningOfFloats<double>>(vectors),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a data type"),
    };

    /// <summary>Along z: <paramref name="count"/> sums from as many voxels of six planes.</summary>
    public abstract void CombinePlanes(in Six voxels, int count, byte* sums);

    /// <summary>Along y: <paramref name="count"/> sums from as many sums of six rows.</summary>
    public abstract void CombineRows(in Six rows, int count, byte* sums);

    /// <summary>Along x: <paramref name="count"/> sums from 2·count + 4 in <paramref name="row"/>; the two may not overlap.</summary>
    public abstract void CombineColumns(byte* row, int count, byte* sums);

    /// <summary>Rounds sums to voxels.</summary>
    public abstract void Round(byte* sums, int count, byte* voxels);

    /// <summary>Copies sums from one place of a row to others: what stands outside of the level.</summary>
    public abstract void CopySum(byte* row, long from, long to);
}
