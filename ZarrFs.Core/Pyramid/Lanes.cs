using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>
/// Parts the left and the right voxels of neighbouring pairs. A pair of voxels is one lane of twice the width whose low half is
/// the left voxel (everything here is little-endian), so parting is a shift and a narrowing, for every type alike.
/// </summary>
internal static unsafe class Lanes
{
    /// <summary>True for the voxels that have lanes of twice their width.</summary>
    public static bool CanPart<T>()
        where T : unmanaged => sizeof(T) <= 4;

    /// <summary>Voxels 0, 2, 4 … of <paramref name="first"/>, then of <paramref name="second"/>.</summary>
    public static Vector<T> Even<T>(Vector<T> first, Vector<T> second)
        where T : unmanaged => sizeof(T) switch
        {
            1 => Vector.As<byte, T>(Vector.Narrow(Vector.As<T, ushort>(first), Vector.As<T, ushort>(second))),
            2 => Vector.As<ushort, T>(Vector.Narrow(Vector.As<T, uint>(first), Vector.As<T, uint>(second))),
            4 => Vector.As<uint, T>(Vector.Narrow(Vector.As<T, ulong>(first), Vector.As<T, ulong>(second))),
            _ => throw new NotSupportedException($"there are no lanes of {2 * sizeof(T)} bytes"),
        };

    /// <summary>Voxels 1, 3, 5 … of <paramref name="first"/>, then of <paramref name="second"/>.</summary>
    public static Vector<T> Odd<T>(Vector<T> first, Vector<T> second)
        where T : unmanaged => sizeof(T) switch
        {
            1 => Vector.As<byte, T>(Vector.Narrow(Vector.As<T, ushort>(first) >> 8, Vector.As<T, ushort>(second) >> 8)),
            2 => Vector.As<ushort, T>(Vector.Narrow(Vector.As<T, uint>(first) >> 16, Vector.As<T, uint>(second) >> 16)),
            4 => Vector.As<uint, T>(Vector.Narrow(Vector.As<T, ulong>(first) >> 32, Vector.As<T, ulong>(second) >> 32)),
            _ => throw new NotSupportedException($"there are no lanes of {2 * sizeof(T)} bytes"),
        };
}
