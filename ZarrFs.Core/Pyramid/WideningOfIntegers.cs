using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>Integers of 32 and 64 bits, reckoned in float64, voxel by voxel; those of 64 bits are rounded to it first, like numpy's.</summary>
internal readonly unsafe struct WideningOfIntegers<T> : IWidening<T, double>
    where T : unmanaged, IBinaryInteger<T>
{
    public static int Parts => 0;

    public static double Add(T first, T second) => double.CreateTruncating(first) + double.CreateTruncating(second);

    public static Vector<double> Add(Vector<T> first, Vector<T> second, int part) => throw new NotSupportedException("there is only the scalar form");

    public static T Round(double sum) => T.CreateSaturating(Math.Round(sum, MidpointRounding.ToEven));

    public static Vector<T> Round(double* sums) => throw new NotSupportedException("there is only the scalar form");
}
