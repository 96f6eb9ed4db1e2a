using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>The mean of 8 integers, ties to even: what numpy's <c>round(mean)</c> gives, without floating point.</summary>
/// <typeparam name="T">A voxel.</typeparam>
/// <typeparam name="TSum">The integer of twice the width and the same sign, in which the sum of 8 is exact.</typeparam>
internal readonly unsafe struct MeanOfIntegers<T, TSum> : IReduction<T>
    where T : unmanaged, IBinaryInteger<T>
    where TSum : unmanaged, IBinaryInteger<TSum>
{
    public static bool HasVectors => Lanes.CanPart<T>();

    public static T Reduce(Rows<T> rows, int left, int right)
    {
        TSum sum = Widen(rows.Z0Y0[left]) + Widen(rows.Z0Y0[right]) + Widen(rows.Z0Y1[left]) + Widen(rows.Z0Y1[right])
            + Widen(rows.Z1Y0[left]) + Widen(rows.Z1Y0[right]) + Widen(rows.Z1Y1[left]) + Widen(rows.Z1Y1[right]);

        // Adding 3, and 1 more if the quotient is odd, carries exactly when the remainder is above 4, or 4 beside an odd quotient.
        return T.CreateTruncating((sum + TSum.CreateTruncating(3) + ((sum >> 3) & TSum.One)) >> 3);
    }

    public static Vector<T> Reduce(Rows<T> rows, int x) => Lanes.Even(Means(rows, x), Means(rows, x + Vector<T>.Count));

    /// <summary>The means of a vector's pairs, each in the low half of its wide lane.</summary>
    private static Vector<T> Means(Rows<T> rows, int x)
    {
        Vector<TSum> sum = SumPairs(rows.Z0Y0 + x) + SumPairs(rows.Z0Y1 + x) + SumPairs(rows.Z1Y0 + x) + SumPairs(rows.Z1Y1 + x);
        return Vector.As<TSum, T>((sum + Vector.Create(TSum.CreateTruncating(3)) + ((sum >> 3) & Vector<TSum>.One)) >> 3);
    }

    private static Vector<TSum> SumPairs(T* row)
    {
        // Right shifts repeat the sign if there is one, so this serves both signed and unsigned lanes.
        Vector<TSum> pairs = Vector.As<T, TSum>(Vector.Load(row));
        int half = 8 * sizeof(T);
        return ((pairs << half) >> half) + (pairs >> half);
    }

    private static TSum Widen(T voxel) => TSum.CreateTruncating(voxel);
}
