using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Pyramid.Previews;

/// <summary>
/// Which voxels of level 0 a preview of level n is made of. Voxel i of level n stands for voxels 2ⁿ·i to 2ⁿ·(i + 1) − 1 along each axis: of
/// those the plane and the row in the middle are read, and along x all of them; for <c>nearest</c> the first ones, which is the level itself.
/// </summary>
/// <param name="level">n, from 1.</param>
/// <param name="method">How levels are made.</param>
/// <param name="shape">Of level 0.</param>
internal readonly struct PreviewSampling(int level, DownsampleMethod method, VolumeShape shape)
{
    private readonly long _middle = method == DownsampleMethod.Nearest ? 0 : 1L << (level - 1);

    /// <summary>The plane of level 0 for a plane of level n. Where the box overhangs the volume it may end before its middle: then the last plane.</summary>
    public long Plane(long z) => Math.Min((z << level) + _middle, shape.Z - 1);

    /// <summary>The same for a row.</summary>
    public long Row(long y) => Math.Min((y << level) + _middle, shape.Y - 1);

    /// <summary>The first column of level 0 for a column of level n.</summary>
    public long Column(long x) => x << level;

    /// <summary>Columns of level 0 that are combined to one, but for the last one of a row.</summary>
    public int Group => (int)Math.Min(1L << level, RowReducer.MostVoxels);
}
