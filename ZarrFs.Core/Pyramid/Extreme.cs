using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>The largest or the smallest of the 8; NaN among them gives NaN, as in numpy.</summary>
internal readonly unsafe struct Extreme<T, TChoice> : IReduction<T>
    where T : unmanaged, INumber<T>
    where TChoice : struct, IChoice
{
    public static bool HasVectors => Lanes.CanPart<T>();

    public static T Reduce(Rows<T> rows, int left, int right) => TChoice.Of(
        TChoice.Of(Of(rows.Z0Y0, left, right), Of(rows.Z0Y1, left, right)),
        TChoice.Of(Of(rows.Z1Y0, left, right), Of(rows.Z1Y1, left, right)));

    public static Vector<T> Reduce(Rows<T> rows, int x)
    {
        // The rows first, in full vectors: then only one pair of vectors is left to part.
        Vector<T> first = OfRows(rows, x);
        Vector<T> second = OfRows(rows, x + Vector<T>.Count);
        return TChoice.Of(Lanes.Even(first, second), Lanes.Odd(first, second));
    }

    private static T Of(T* row, int left, int right) => TChoice.Of(row[left], row[right]);

    private static Vector<T> OfRows(Rows<T> rows, int x) => TChoice.Of(
        TChoice.Of(Vector.Load(rows.Z0Y0 + x), Vector.Load(rows.Z0Y1 + x)),
        TChoice.Of(Vector.Load(rows.Z1Y0 + x), Vector.Load(rows.Z1Y1 + x)));
}

/// <summary>Which of two voxels to keep.</summary>
internal interface IChoice
{
    static abstract T Of<T>(T a, T b)
        where T : INumber<T>;

    static abstract Vector<T> Of<T>(Vector<T> a, Vector<T> b);
}

/// <summary>The larger of two.</summary>
internal readonly struct Largest : IChoice
{
    public static T Of<T>(T a, T b)
        where T : INumber<T> => T.Max(a, b);

    public static Vector<T> Of<T>(Vector<T> a, Vector<T> b) => Vector.Max(a, b);
}

/// <summary>The smaller of two.</summary>
internal readonly struct Smallest : IChoice
{
    public static T Of<T>(T a, T b)
        where T : INumber<T> => T.Min(a, b);

    public static Vector<T> Of<T>(Vector<T> a, Vector<T> b) => Vector.Min(a, b);
}
