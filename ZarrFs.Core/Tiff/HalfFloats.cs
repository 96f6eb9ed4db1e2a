using System.Runtime.Intrinsics;

namespace ZarrFs.Core.Tiff;

/// <summary>16-bit floating-point numbers, which Zarr readers know less well than those of 32 bits.</summary>
internal static class HalfFloats
{
    private const uint Magnitude = 0x7FFF;
    private const uint Sign = 0x8000;
    private const uint Infinity = 0x7F800000;

    // 2¹¹²: the difference of the exponents' biases, 127 − 15. It also makes subnormal numbers right.
    private const float Rebias = 5.192296858534828e33f;
    private const float Overflow = 65536;

    /// <summary>Widens numbers exactly; infinities and not-a-numbers stay what they are.</summary>
    public static void Widen(ReadOnlySpan<ushort> halves, Span<float> floats)
    {
        int i = 0;
        for (; i + Vector128<ushort>.Count <= halves.Length; i += Vector128<ushort>.Count)
        {
            Vector128<ushort> eight = Vector128.Create(halves.Slice(i, Vector128<ushort>.Count));
            Widen(Vector128.WidenLower(eight)).CopyTo(floats[i..]);
            Widen(Vector128.WidenUpper(eight)).CopyTo(floats[(i + Vector128<uint>.Count)..]);
        }

        for (; i < halves.Length; i++) floats[i] = (float)BitConverter.UInt16BitsToHalf(halves[i]);
    }

    private static Vector128<float> Widen(Vector128<uint> half)
    {
        Vector128<float> number = Vector128.ShiftLeft(half & Vector128.Create(Magnitude), 13).AsSingle() * Rebias;
        Vector128<uint> special = Vector128.GreaterThanOrEqual(number, Vector128.Create(Overflow)).AsUInt32() & Vector128.Create(Infinity);
        return (number.AsUInt32() | special | Vector128.ShiftLeft(half & Vector128.Create(Sign), 16)).AsSingle();
    }
}
