using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>
/// The mean of 8 floating-point numbers, summed in double, x first, then y, then z, and not rounded. The order is fixed so that
/// the bits do not depend on the path taken; NaN among the 8 gives NaN.
/// </summary>
internal readonly unsafe struct MeanOfFloats<T> : IReduction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool HasVectors => typeof(T) == typeof(float);

    public static T Reduce(Rows<T> rows, int left, int right)
    {
        double sum = (Sum(rows.Z0Y0, left, right) + Sum(rows.Z0Y1, left, right))
            + (Sum(rows.Z1Y0, left, right) + Sum(rows.Z1Y1, left, right));
        return T.CreateTruncating(sum * 0.125);
    }

    public static Vector<T> Reduce(Rows<T> rows, int x)
    {
        (Vector<double> Low, Vector<double> High) a = SumPairs((float*)rows.Z0Y0 + x);
        (Vector<double> Low, Vector<double> High) b = SumPairs((float*)rows.Z0Y1 + x);
        (Vector<double> Low, Vector<double> High) c = SumPairs((float*)rows.Z1Y0 + x);
        (Vector<double> Low, Vector<double> High) d = SumPairs((float*)rows.Z1Y1 + x);
        Vector<double> low = (a.Low + b.Low) + (c.Low + d.Low);
        Vector<double> high = (a.High + b.High) + (c.High + d.High);
        return Vector.As<float, T>(Vector.Narrow(low * 0.125, high * 0.125));
    }

    private static double Sum(T* row, int left, int right) => double.CreateTruncating(row[left]) + double.CreateTruncating(row[right]);

    private static (Vector<double> Low, Vector<double> High) SumPairs(float* row)
    {
        Vector<float> first = Vector.Load(row);
        Vector<float> second = Vector.Load(row + Vector<float>.Count);
        Vector<float> left = Lanes.Even(first, second);
        Vector<float> right = Lanes.Odd(first, second);
        return (Vector.WidenLower(left) + Vector.WidenLower(right), Vector.WidenUpper(left) + Vector.WidenUpper(right));
    }
}
