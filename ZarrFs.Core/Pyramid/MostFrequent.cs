using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>
/// The most frequent of the 8; of several, the smallest. Numbers are compared by value, so −0 and 0 are one, and a NaN, which
/// equals nothing, wins only where all 8 are NaN.
/// </summary>
internal readonly unsafe struct MostFrequent<T> : IReduction<T>
    where T : unmanaged, INumber<T>
{
    // NaN has no place in a sorting network of minima and maxima, and labels are integers anyway.
    public static bool HasVectors => Lanes.CanPart<T>() && typeof(T) != typeof(float);

    public static T Reduce(Rows<T> rows, int left, int right)
    {
        ReadOnlySpan<T> voxels =
        [
            rows.Z0Y0[left], rows.Z0Y0[right], rows.Z0Y1[left], rows.Z0Y1[right],
            rows.Z1Y0[left], rows.Z1Y0[right], rows.Z1Y1[left], rows.Z1Y1[right],
        ];
        T best = voxels[0];
        int most = 0;
        foreach (T candidate in voxels)
        {
            int votes = 0;
            foreach (T other in voxels)
            {
                votes += other == candidate ? 1 : 0;
            }

            if (votes > 4) return candidate;
            if (votes > most || (votes == most && candidate < best)) (best, most) = (candidate, votes);
        }

        return best;
    }

    public static Vector<T> Reduce(Rows<T> rows, int x)
    {
        (Vector<T> a, Vector<T> b) = Load(rows.Z0Y0 + x);
        (Vector<T> c, Vector<T> d) = Load(rows.Z0Y1 + x);
        (Vector<T> e, Vector<T> f) = Load(rows.Z1Y0 + x);
        (Vector<T> g, Vector<T> h) = Load(rows.Z1Y1 + x);

        // Batcher's network sorts 8 numbers in 19 exchanges, six layers deep.
        (a, b) = Sort(a, b); (c, d) = Sort(c, d); (e, f) = Sort(e, f); (g, h) = Sort(g, h);
        (a, c) = Sort(a, c); (b, d) = Sort(b, d); (e, g) = Sort(e, g); (f, h) = Sort(f, h);
        (b, c) = Sort(b, c); (f, g) = Sort(f, g);
        (a, e) = Sort(a, e); (b, f) = Sort(b, f); (c, g) = Sort(c, g); (d, h) = Sort(d, h);
        (c, e) = Sort(c, e); (d, f) = Sort(d, f);
        (b, c) = Sort(b, c); (d, e) = Sort(d, e); (f, g) = Sort(f, g);

        // Sorted, equal numbers are neighbours: the longest run wins, and of equally long ones the first, which is the smallest.
        var run = new Run(a);
        run = run.Then(b).Then(c).Then(d).Then(e).Then(f).Then(g).Then(h);
        return run.Best;
    }

    private static (Vector<T> Left, Vector<T> Right) Load(T* row)
    {
        Vector<T> first = Vector.Load(row);
        Vector<T> second = Vector.Load(row + Vector<T>.Count);
        return (Lanes.Even(first, second), Lanes.Odd(first, second));
    }

    private static (Vector<T> Small, Vector<T> Large) Sort(Vector<T> a, Vector<T> b) => (Vector.Min(a, b), Vector.Max(a, b));

    /// <summary>The run of equal numbers going on, and the longest so far, in each lane. Lengths count repetitions.</summary>
    private readonly struct Run(Vector<T> last, Vector<T> length, Vector<T> best, Vector<T> bestLength)
    {
        public Run(Vector<T> first)
            : this(first, Vector<T>.Zero, first, Vector<T>.Zero)
        {
        }

        public Vector<T> Best => best;

        public Run Then(Vector<T> next)
        {
            Vector<T> now = (length + Vector<T>.One) & Vector.Equals(next, last);
            Vector<T> longer = Vector.GreaterThan(now, bestLength);
            return new Run(next, now, Vector.ConditionalSelect(longer, next, best), Vector.Max(now, bestLength));
        }
    }
}
