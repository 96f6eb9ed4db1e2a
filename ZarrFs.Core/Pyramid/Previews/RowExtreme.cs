using System.Numerics;

namespace ZarrFs.Core.Pyramid.Previews;

/// <summary>The largest or the smallest; NaN among them gives NaN.</summary>
internal readonly unsafe struct RowExtreme<T, TChoice> : IRowReduction<T>
    where T : unmanaged, INumber<T>
    where TChoice : struct, IChoice
{
    public static T Reduce(T* voxels, int count)
    {
        T best = *voxels;
        int last = count - Vector<T>.Count;
        if (!Vector.IsHardwareAccelerated || last < 0)
        {
            for (int i = 1; i < count; i++) best = TChoice.Of(best, voxels[i]);
            return best;
        }

        Vector<T> lanes = Vector.Load(voxels + last); // the rest first; to see a voxel twice changes nothing
        for (int i = 0; i < last; i += Vector<T>.Count) lanes = TChoice.Of(lanes, Vector.Load(voxels + i));
        for (int lane = 0; lane < Vector<T>.Count; lane++) best = TChoice.Of(best, lanes[lane]);
        return best;
    }
}
