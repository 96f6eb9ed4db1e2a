using System.Globalization;
using System.Numerics;

namespace ZarrFs.Tests.Oracles;

/// <summary>The Gaussian method as <c>docs/SEMANTICS.md</c> defines it: whole boxes of numbers, one axis after the other.</summary>
internal static class SlowGaussian
{
    public static T[,,] Halve<T>(T[,,] box)
        where T : struct, INumber<T>
    {
        if (typeof(T) == typeof(byte) || typeof(T) == typeof(sbyte) || typeof(T) == typeof(ushort) || typeof(T) == typeof(short))
            return Map(Axes(Map(box, voxel => Convert.ToSingle(voxel, CultureInfo.InvariantCulture))), sum => T.CreateChecked(MathF.Round(sum, MidpointRounding.ToEven)));
        double[,,] sums = Axes(Map(box, voxel => Convert.ToDouble(voxel, CultureInfo.InvariantCulture)));
        if (typeof(T) == typeof(double)) return (T[,,])(object)sums;
        if (typeof(T) == typeof(float)) return (T[,,])(object)Map(sums, sum => (float)sum);
        return Map(sums, sum => T.CreateSaturating(Math.Round(sum, MidpointRounding.ToEven)));
    }

    private static TSum[,,] Axes<TSum>(TSum[,,] box)
        where TSum : struct, IFloatingPoint<TSum> => Axis(Axis(Axis(box, 0), 1), 2);

    private static TSum[,,] Axis<TSum>(TSum[,,] box, int axis)
        where TSum : struct, IFloatingPoint<TSum>
    {
        TSum a = TSum.CreateTruncating(0.00013193254136867707), b = TSum.CreateTruncating(0.05335731852816444), c = TSum.CreateTruncating(0.44651074893046694);
        int length = box.GetLength(axis);
        int[] sizes = [box.GetLength(0), box.GetLength(1), box.GetLength(2)];
        sizes[axis] = (length + 1) / 2;
        var result = new TSum[sizes[0], sizes[1], sizes[2]];
        for (int z = 0; z < sizes[0]; z++)
        {
            for (int y = 0; y < sizes[1]; y++)
            {
                for (int x = 0; x < sizes[2]; x++)
                {
                    int[] at = [z, y, x];
                    int i = at[axis];
                    TSum S(int k)
                    {
                        at[axis] = Mirror((2 * i) + k, length);
                        return box[at[0], at[1], at[2]];
                    }

                    result[z, y, x] = ((a * (S(-2) + S(3))) + (b * (S(-1) + S(2)))) + (c * (S(0) + S(1)));
                }
            }
        }

        return result;
    }

    /// <summary>Walks to and fro until it is inside.</summary>
    private static int Mirror(int index, int length)
    {
        int last = length + (length % 2) - 1;
        while (index < 0 || index > last) index = index < 0 ? -index : (2 * last) - index;
        return Math.Min(index, length - 1);
    }

    private static TTo[,,] Map<TFrom, TTo>(TFrom[,,] box, Func<TFrom, TTo> map)
    {
        var result = new TTo[box.GetLength(0), box.GetLength(1), box.GetLength(2)];
        for (int z = 0; z < box.GetLength(0); z++)
        {
            for (int y = 0; y < box.GetLength(1); y++)
            {
                for (int x = 0; x < box.GetLength(2); x++) result[z, y, x] = map(box[z, y, x]);
            }
        }

        return result;
    }
}
