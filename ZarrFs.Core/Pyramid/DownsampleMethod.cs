namespace ZarrFs.Core.Pyramid;

/// <summary>How 2×2×2 voxels of a level become one voxel of the next; <c>docs/SEMANTICS.md</c> defines each to the letter.</summary>
public enum DownsampleMethod
{
    /// <summary>The mean of the 8, ties to even for integers; not rounded for floating point, where NaN gives NaN.</summary>
    Mean,

    /// <summary>The first of the 8: <c>[::2, ::2, ::2]</c>.</summary>
    Nearest,

    /// <summary>The largest; NaN if there is one.</summary>
    Max,

    /// <summary>The smallest; NaN if there is one.</summary>
    Min,

    /// <summary>The most frequent; of several, the smallest. For labels. NaN only if all 8 are.</summary>
    Mode,

    /// <summary>A Gaussian of σ ½ and then the mean, over 6×6×6 voxels: smooth, and the same across chunks.</summary>
    Gaussian,
}
