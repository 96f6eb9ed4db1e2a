using System.Numerics;
using System.Runtime.CompilerServices;

namespace ZarrFs.Core.Pyramid;

/// <summary>
/// The loops of a <see cref="GaussianKernel"/>. The last step of vectors reaches back over numbers already made, as in
/// <see cref="BoxDownsampler{T, TReduction}"/>.
/// </summary>
/// <typeparam name="T">A voxel.</typeparam>
/// <typeparam name="TSum">What is reckoned in: float or double.</typeparam>
/// <typeparam name="TWidening">Leads from one to the other and back.</typeparam>
/// <param name="vectors">False to go number by number.</param>
internal sealed unsafe class GaussianPasses<T, TSum, TWidening>(bool vectors) : GaussianKernel
    where T : unmanaged
    where TSum : unmanaged, IBinaryFloatingPointIeee754<TSum>
    where TWidening : struct, IWidening<T, TSum>
{
    private static readonly TSum Outer = TSum.CreateTruncating(GaussianTaps.Outer);
    private static readonly TSum Middle = TSum.CreateTruncating(GaussianTaps.Middle);
    private static readonly TSum Inner = TSum.CreateTruncating(GaussianTaps.Inner);

    public override int SumBytes => sizeof(TSum);

    public override int VoxelBytes => sizeof(T);

    public override void CombinePlanes(in Six voxels, int count, byte* sums)
    {
        T* s0 = (T*)voxels.S0, s1 = (T*)voxels.S1, s2 = (T*)voxels.S2, s3 = (T*)voxels.S3, s4 = (T*)voxels.S4, s5 = (T*)voxels.S5;
        var to = (TSum*)sums;
        int x = 0;
        if (vectors && TWidening.Parts > 0 && count >= Vector<T>.Count)
        {
            while (true)
            {
                Vector<T> v0 = Vector.Load(s0 + x), v1 = Vector.Load(s1 + x), v2 = Vector.Load(s2 + x);
                Vector<T> v3 = Vector.Load(s3 + x), v4 = Vector.Load(s4 + x), v5 = Vector.Load(s5 + x);
                Part(v0, v1, v2, v3, v4, v5, 0).Store(to + x);
                if (TWidening.Parts > 1) Part(v0, v1, v2, v3, v4, v5, 1).Store(to + x + Vector<TSum>.Count);
                if (TWidening.Parts > 2)
                {
                    Part(v0, v1, v2, v3, v4, v5, 2).Store(to + x + (2 * Vector<TSum>.Count));
                    Part(v0, v1, v2, v3, v4, v5, 3).Store(to + x + (3 * Vector<TSum>.Count));
                }

                if (x + Vector<T>.Count >= count) return;
                x = Math.Min(x + Vector<T>.Count, count - Vector<T>.Count);
            }
        }

        for (; x < count; x++) to[x] = Weigh(TWidening.Add(s0[x], s5[x]), TWidening.Add(s1[x], s4[x]), TWidening.Add(s2[x], s3[x]));
    }

    public override void CombineRows(in Six rows, int count, byte* sums)
    {
        TSum* s0 = (TSum*)rows.S0, s1 = (TSum*)rows.S1, s2 = (TSum*)rows.S2, s3 = (TSum*)rows.S3, s4 = (TSum*)rows.S4, s5 = (TSum*)rows.S5;
        var to = (TSum*)sums;
        int x = 0;
        if (vectors && count >= Vector<TSum>.Count)
        {
            while (true)
            {
                Weigh(
                    Vector.Load(s0 + x) + Vector.Load(s5 + x),
                    Vector.Load(s1 + x) + Vector.Load(s4 + x),
                    Vector.Load(s2 + x) + Vector.Load(s3 + x)).Store(to + x);
                if (x + Vector<TSum>.Count >= count) return;
                x = Math.Min(x + Vector<TSum>.Count, count - Vector<TSum>.Count);
            }
        }

        for (; x < count; x++) to[x] = Weigh(s0[x] + s5[x], s1[x] + s4[x], s2[x] + s3[x]);
    }

    public override void CombineColumns(byte* row, int count, byte* sums)
    {
        var from = (TSum*)row;
        var to = (TSum*)sums;
        int x = 0;
        if (vectors && Lanes.CanPart<TSum>() && count >= Vector<TSum>.Count)
        {
            while (true)
            {
                TSum* s = from + (2 * x);
                Vector<TSum> a = Vector.Load(s), b = Vector.Load(s + Vector<TSum>.Count);
                Vector<TSum> c = Vector.Load(s + 2), d = Vector.Load(s + 2 + Vector<TSum>.Count);
                Vector<TSum> e = Vector.Load(s + 4), f = Vector.Load(s + 4 + Vector<TSum>.Count);
                Weigh(Lanes.Even(a, b) + Lanes.Odd(e, f), Lanes.Odd(a, b) + Lanes.Even(e, f), Lanes.Even(c, d) + Lanes.Odd(c, d)).Store(to + x);
                if (x + Vector<TSum>.Count >= count) return;
                x = Math.Min(x + Vector<TSum>.Count, count - Vector<TSum>.Count);
            }
        }

        for (; x < count; x++)
        {
            TSum* s = from + (2 * x);
            to[x] = Weigh(s[0] + s[5], s[1] + s[4], s[2] + s[3]);
        }
    }

    public override void Round(byte* sums, int count, byte* voxels)
    {
        var from = (TSum*)sums;
        var to = (T*)voxels;
        int x = 0;
        if (vectors && TWidening.Parts > 0 && count >= Vector<T>.Count)
        {
            while (true)
            {
                TWidening.Round(from + x).Store(to + x);
                if (x + Vector<T>.Count >= count) return;
                x = Math.Min(x + Vector<T>.Count, count - Vector<T>.Count);
            }
        }

        for (; x < count; x++) to[x] = TWidening.Round(from[x]);
    }

    public override void CopySum(byte* row, long from, long to) => ((TSum*)row)[to] = ((TSum*)row)[from];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<TSum> Part(Vector<T> v0, Vector<T> v1, Vector<T> v2, Vector<T> v3, Vector<T> v4, Vector<T> v5, int part) =>
        Weigh(TWidening.Add(v0, v5, part), TWidening.Add(v1, v4, part), TWidening.Add(v2, v3, part));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<TSum> Weigh(Vector<TSum> outer, Vector<TSum> middle, Vector<TSum> inner) =>
        ((outer * Outer) + (middle * Middle)) + (inner * Inner);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSum Weigh(TSum outer, TSum middle, TSum inner) => ((outer * Outer) + (middle * Middle)) + (inner * Inner);
}
