using System.Numerics;

namespace ZarrFs.Core.Pyramid;

/// <summary>
/// How voxels become numbers that weights are applied to, and sums become voxels again. Implemented by empty structs, like
/// <see cref="IReduction{T}"/>. Scalar and vector forms give the same bits.
/// </summary>
/// <typeparam name="T">A voxel.</typeparam>
/// <typeparam name="TSum">What is reckoned in.</typeparam>
internal interface IWidening<T, TSum>
    where T : unmanaged
    where TSum : unmanaged
{
    /// <summary>Vectors of sums that one vector of voxels gives: 1, 2 or 4; 0 if there is only the scalar form.</summary>
    static abstract int Parts { get; }

    /// <summary>The sum of two voxels.</summary>
    static abstract TSum Add(T first, T second);

    /// <summary>The sums of a part of two vectors of voxels.</summary>
    static abstract Vector<TSum> Add(Vector<T> first, Vector<T> second, int part);

    /// <summary>The voxel nearest to a sum: integers ties to even, and no further than the type goes.</summary>
    static abstract T Round(TSum sum);

    /// <summary>The voxels nearest to the sums of <see cref="Parts"/> vectors, one behind the other.</summary>
    static abstract unsafe Vector<T> Round(TSum* sums);
}
