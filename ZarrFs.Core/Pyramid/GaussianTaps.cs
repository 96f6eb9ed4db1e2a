namespace ZarrFs.Core.Pyramid;

/// <summary>
/// The Gaussian method along one axis: voxel i of the next level is the sum of voxels 2i−2 … 2i+3 times <see cref="Outer"/>,
/// <see cref="Middle"/>, <see cref="Inner"/>, <see cref="Inner"/>, <see cref="Middle"/>, <see cref="Outer"/>: a Gaussian of σ ½ cut off
/// at 2 (scipy's weights for it) followed by the mean of pairs, in one step.
/// </summary>
internal static class GaussianTaps
{
    /// <summary>Voxels that one voxel of the next level is made of.</summary>
    public const int Count = 6;

    /// <summary>Voxels before the first and after the last of the two that <c>mean</c> would take.</summary>
    public const int Reach = 2;

    /// <summary>Half of scipy's weight 2 away from the middle: <c>_gaussian_kernel1d(0.5, 0, 2)[0] / 2</c>.</summary>
    public const double Outer = 0.00013193254136867707;

    /// <summary>Half of the weights 2 away and 1 away.</summary>
    public const double Middle = 0.05335731852816444;

    /// <summary>Half of the weights 1 away and in the middle.</summary>
    public const double Inner = 0.44651074893046694;

    /// <summary>
    /// The voxel that stands at <paramref name="index"/>, which may lie outside of an axis of <paramref name="length"/> voxels: an odd axis
    /// repeats its last voxel once, then it is mirrored without repeating its ends, as often as it takes.
    /// </summary>
    public static long Fold(long index, long length)
    {
        long even = length + (length & 1);
        long period = 2 * (even - 1);
        long folded = ((index % period) + period) % period;
        if (folded >= even) folded = period - folded;
        return Math.Min(folded, length - 1);
    }

    /// <summary>The first voxel along an axis that is needed for voxels from <paramref name="first"/> on of the next level.</summary>
    public static long First(long first) => Math.Max(0, (2 * first) - Reach);

    /// <summary>The end of the voxels that are needed for those before <paramref name="end"/>, along an axis of <paramref name="length"/> voxels.</summary>
    public static long End(long end, long length) => Math.Min(length, (2 * end) + Reach);
}
