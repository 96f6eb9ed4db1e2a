using System.Numerics;

namespace ZarrFs.Core.Volumes;

/// <summary>Conversions between the types of voxels.</summary>
public static class Conversion
{
    /// <summary>
    /// uint16 to uint8, divided by 256 and cut off: the high byte of each voxel. <paramref name="destination"/> may start where
    /// <paramref name="source"/> does, so that a buffer can be converted in place.
    /// </summary>
    /// <param name="source">Little-endian uint16 voxels.</param>
    /// <param name="destination">One byte for each voxel.</param>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not twice as long as <paramref name="destination"/>.</exception>
    public static void UInt16ToUInt8(ReadOnlySpan<byte> source, Span<byte> destination) =>
        UInt16ToUInt8(source, destination, Vector.IsHardwareAccelerated);

    /// <summary>Lets tests choose the scalar path, which a machine without vectors takes.</summary>
    internal static void UInt16ToUInt8(ReadOnlySpan<byte> source, Span<byte> destination, bool vectors)
    {
        if (source.Length != 2L * destination.Length)
        {
            throw new ArgumentException($"{destination.Length} voxels of uint16 take {2L * destination.Length} bytes, there are {source.Length}", nameof(source));
        }

        int done = 0;
        if (vectors)
        {
            int step = Vector<byte>.Count;
            for (; done <= destination.Length - step; done += step)
            {
                Vector<ushort> first = Vector.As<byte, ushort>(new Vector<byte>(source[(2 * done)..]));
                Vector<ushort> second = Vector.As<byte, ushort>(new Vector<byte>(source[((2 * done) + step)..]));
                Vector.Narrow(first >> 8, second >> 8).CopyTo(destination[done..]);
            }
        }

        for (; done < destination.Length; done++) destination[done] = source[(2 * done) + 1];
    }
}
