using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>Rows whose voxels do not simply follow one another: taken from places apart, or all the same.</summary>
internal static class Strides
{
    /// <summary>Takes voxels that lie <paramref name="stride"/> bytes apart.</summary>
    /// <param name="from">From the first voxel on.</param>
    /// <param name="stride">Bytes from a voxel to the next.</param>
    /// <param name="size">Bytes of a voxel: 1, 2, 4 or 8.</param>
    /// <param name="to">A row of voxels.</param>
    public static void Gather(ReadOnlySpan<byte> from, int stride, int size, Span<byte> to)
    {
        switch (size)
        {
            case 1: Gather<byte>(from, stride, to); break;
            case 2: Gather<ushort>(from, stride, to); break;
            case 4: Gather<uint>(from, stride, to); break;
            default: Gather<ulong>(from, stride, to); break;
        }
    }

    /// <summary>Writes one voxel over and over.</summary>
    public static void Repeat(ReadOnlySpan<byte> voxel, Span<byte> to)
    {
        switch (voxel.Length)
        {
            case 1: to.Fill(voxel[0]); break;
            case 2: MemoryMarshal.Cast<byte, ushort>(to).Fill(Unsafe.ReadUnaligned<ushort>(in voxel[0])); break;
            case 4: MemoryMarshal.Cast<byte, uint>(to).Fill(Unsafe.ReadUnaligned<uint>(in voxel[0])); break;
            default: MemoryMarshal.Cast<byte, ulong>(to).Fill(Unsafe.ReadUnaligned<ulong>(in voxel[0])); break;
        }
    }

    private static void Gather<T>(ReadOnlySpan<byte> from, int stride, Span<byte> to)
        where T : unmanaged
    {
        Span<T> voxels = MemoryMarshal.Cast<byte, T>(to);
        for (int i = 0; i < voxels.Length; i++) voxels[i] = Unsafe.ReadUnaligned<T>(in from[i * stride]);
    }
}
