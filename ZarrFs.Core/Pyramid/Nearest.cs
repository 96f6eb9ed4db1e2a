using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>The first of the 8. <typeparamref name="T"/> stands for any voxel of its size, since only bits move.</summary>
internal readonly unsafe struct Nearest<T> : IReduction<T>
    where T : unmanaged
{
    public static bool HasVectors => Lanes.CanPart<T>();

    public static T Reduce(Rows<T> rows, int left, int right) => rows.Z0Y0[left];

    public static Vector<T> Reduce(Rows<T> rows, int x) =>
        Lanes.Even(Vector.Load(rows.Z0Y0 + x), Vector.Load(rows.Z0Y0 + x + Vector<T>.Count));
}
