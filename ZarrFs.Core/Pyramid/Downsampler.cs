using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Pyramid;

/// <summary>Halves boxes of voxels along z, y and x.</summary>
public abstract class Downsampler
{
    /// <summary>The kernel for a method and a type.</summary>
    public static Downsampler Create(DownsampleMethod method, DataType type) => throw new NotSupportedException($"{method} {type}");

    /// <summary>
    /// Halves the box <paramref name="depth"/> × <paramref name="height"/> × <paramref name="width"/> at the start of
    /// <paramref name="source"/> and writes <c>ceil(n/2)</c> voxels along each axis at the start of <paramref name="destination"/>.
    /// An odd edge repeats its last plane, row or column. Strides are in bytes; rows are contiguous along x.
    /// </summary>
    /// <param name="source">Starts at the box's first voxel.</param>
    /// <param name="sourcePlane">Bytes from a plane to the next in <paramref name="source"/>.</param>
    /// <param name="sourceRow">Bytes from a row to the next in <paramref name="source"/>.</param>
    /// <param name="depth">Planes of the box.</param>
    /// <param name="height">Rows of the box.</param>
    /// <param name="width">Voxels a row of the box.</param>
    /// <param name="destination">Starts where the first voxel goes.</param>
    /// <param name="destinationPlane">Bytes from a plane to the next in <paramref name="destination"/>.</param>
    /// <param name="destinationRow">Bytes from a row to the next in <paramref name="destination"/>.</param>
    public abstract void Halve(
        ReadOnlySpan<byte> source, int sourcePlane, int sourceRow, int depth, int height, int width,
        Span<byte> destination, int destinationPlane, int destinationRow);
}
