using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>Floating point, reckoned in float64 and rounded to the type once; NaN among the voxels gives NaN.</summary>
internal readonly unsafe struct WideningOfFloats<T> : IWidening<T, double>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Parts => sizeof(double) / sizeof(T);

    public static double Add(T first, T second) => double.CreateTruncating(first) + double.CreateTruncating(second);

    public static Vector<double> Add(Vector<T> first, Vector<T> second, int part)
    {
        if (typeof(T) == typeof(double)) return Vector.As<T, double>(first) + Vector.As<T, double>(second);
        Vector<float> a = Vector.As<T, float>(first), b = Vector.As<T, float>(second);
        return part == 0 ? Vector.WidenLower(a) + Vector.WidenLower(b) : Vector.WidenUpper(a) + Vector.WidenUpper(b);
    }

    public static T Round(double sum) => T.CreateTruncating(sum);

    public static Vector<T> Round(double* sums) => typeof(T) == typeof(double)
        ? Vector.As<double, T>(Vector.Load(sums))
        : Vector.As<float, T>(Vector.Narrow(Vector.Load(sums), Vector.Load(sums + Vector<double>.Count)));
}
