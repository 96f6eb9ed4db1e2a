using System.Numerics;

namespace ZarrFs.Core.Pyramid.Previews;

/// <summary>The mean of floating-point numbers, summed in double from left to right and rounded to the type once; NaN spreads.</summary>
internal readonly unsafe struct RowMeanOfFloats<T> : IRowReduction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Reduce(T* voxels, int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += double.CreateTruncating(voxels[i]);
        return T.CreateTruncating(sum / count);
    }
}
