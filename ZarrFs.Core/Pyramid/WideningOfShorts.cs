using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>
/// Integers of 8 and 16 bits, reckoned in float32: the sum of two voxels is exact, and the rest is off by less than 0.05, so that only what
/// lies next to a tie can be rounded otherwise than in float64. The weights add up to 1, so no result leaves the type.
/// </summary>
internal readonly unsafe struct WideningOfShorts<T> : IWidening<T, float>
    where T : unmanaged, IBinaryInteger<T>
{
    public static int Parts => sizeof(float) / sizeof(T);

    public static float Add(T first, T second) => int.CreateTruncating(first) + int.CreateTruncating(second);

    public static Vector<float> Add(Vector<T> first, Vector<T> second, int part)
    {
        if (typeof(T) == typeof(byte))
        {
            Vector<ushort> half = Half(Vector.As<T, byte>(first), part) + Half(Vector.As<T, byte>(second), part);
            return Vector.ConvertToSingle(Vector.As<uint, int>((part & 1) == 0 ? Vector.WidenLower(half) : Vector.WidenUpper(half)));
        }

        if (typeof(T) == typeof(sbyte))
        {
            Vector<short> half = Half(Vector.As<T, sbyte>(first), part) + Half(Vector.As<T, sbyte>(second), part);
            return Vector.ConvertToSingle((part & 1) == 0 ? Vector.WidenLower(half) : Vector.WidenUpper(half));
        }

        if (typeof(T) == typeof(ushort))
        {
            Vector<ushort> a = Vector.As<T, ushort>(first), b = Vector.As<T, ushort>(second);
            Vector<uint> sum = part == 0 ? Vector.WidenLower(a) + Vector.WidenLower(b) : Vector.WidenUpper(a) + Vector.WidenUpper(b);
            return Vector.ConvertToSingle(Vector.As<uint, int>(sum)); // below 2³¹, and from signed numbers there is an instruction
        }
        else
        {
            Vector<short> a = Vector.As<T, short>(first), b = Vector.As<T, short>(second);
            return Vector.ConvertToSingle(part == 0 ? Vector.WidenLower(a) + Vector.WidenLower(b) : Vector.WidenUpper(a) + Vector.WidenUpper(b));
        }
    }

    public static T Round(float sum) => T.CreateTruncating((int)MathF.Round(sum, MidpointRounding.ToEven));

    public static Vector<T> Round(float* sums)
    {
        Vector<short> low = Vector.Narrow(Whole(sums), Whole(sums + Vector<float>.Count));
        if (sizeof(T) == 2) return Vector.As<short, T>(low);
        float* rest = sums + (2 * Vector<float>.Count);
        return Vector.As<sbyte, T>(Vector.Narrow(low, Vector.Narrow(Whole(rest), Whole(rest + Vector<float>.Count))));
    }

    private static Vector<int> Whole(float* sums) => Vector.ConvertToInt32Native(Vector.Round(Vector.Load(sums), MidpointRounding.ToEven));

    private static Vector<ushort> Half(Vector<byte> voxels, int part) => part < 2 ? Vector.WidenLower(voxels) : Vector.WidenUpper(voxels);

    private static Vector<short> Half(Vector<sbyte> voxels, int part) => part < 2 ? Vector.WidenLower(voxels) : Vector.WidenUpper(voxels);
}
