using System.Numerics;

namespace ZarrFs.Core.Pyramid.Previews;

/// <summary>The most frequent; of several, the smallest. NaN only if all are.</summary>
internal readonly unsafe struct RowMostFrequent<T> : IRowReduction<T>
    where T : unmanaged, INumber<T>
{
    public static T Reduce(T* voxels, int count)
    {
        var all = new Span<T>(voxels, count);
        if (!all.ContainsAnyExcept(*voxels)) return *voxels; // inside of a label, which is nearly everywhere
        all.Sort(); // NaN comes first
        T best = voxels[count - 1];
        int most = 0;
        for (int start = 0, end; start < count; start = end)
        {
            end = start + 1;
            while (end < count && voxels[end] == voxels[start]) end++;
            if (end - start > most && !T.IsNaN(voxels[start])) (best, most) = (voxels[start], end - start);
        }

        return best;
    }
}
