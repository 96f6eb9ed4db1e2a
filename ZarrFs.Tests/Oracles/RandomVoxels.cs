using System.Numerics;
using System.Runtime.InteropServices;

namespace ZarrFs.Tests.Oracles;

/// <summary>Voxels of the kinds that break arithmetic.</summary>
internal static class RandomVoxels
{
    /// <summary>
    /// A quarter each: any bits (with floating point: NaN, infinities and subnormals too), the type's extremes, small labels, and
    /// numbers around zero whose sums of 8 often end in a tie.
    /// </summary>
    public static T[,,] Box<T>(Random random, int depth, int height, int width)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        var box = new T[depth, height, width];
        Span<T> voxels = MemoryMarshal.CreateSpan(ref box[0, 0, 0], box.Length);
        int kind = random.Next(4);
        if (kind == 0) random.NextBytes(MemoryMarshal.AsBytes(voxels));
        T[] specials = Specials<T>();
        for (int i = 0; i < voxels.Length && kind != 0; i++)
        {
            voxels[i] = kind switch
            {
                1 => specials[random.Next(specials.Length)],
                2 => T.CreateChecked(random.Next(4)),
                _ => T.CreateTruncating(random.Next(-9, 10)),
            };
        }

        return box;
    }

    private static T[] Specials<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        T[] extremes = [T.MinValue, T.MaxValue, T.Zero, T.One, T.MaxValue - T.One, T.MinValue + T.One];
        return typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? [.. extremes, T.CreateChecked(double.NaN), T.CreateChecked(double.PositiveInfinity), T.CreateChecked(double.NegativeInfinity)]
            : extremes;
    }
}
