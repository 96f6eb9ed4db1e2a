using System.Buffers.Binary;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>Some slices of noise: no two chunks are alike.</summary>
internal static class SmallVolume
{
    public const int X = 110, Y = 75, Z = 40;

    private const int SliceBytes = Y * X * sizeof(ushort);

    /// <summary>All of them, little-endian, in the order z, y, x.</summary>
    public static byte[] Voxels { get; } = Make();

    public static int Voxel(int x, int y, int z) => BinaryPrimitives.ReadUInt16LittleEndian(Voxels.AsSpan(((((z * Y) + y) * X) + x) * sizeof(ushort)));

    /// <summary>Writes one file a slice.</summary>
    public static void Write(string directory)
    {
        var writer = new TiffWriter();
        for (int z = 0; z < Z; z++)
            File.WriteAllBytes(Path.Combine(directory, $"{z:00000}.tif"), writer.Write(1, Y, X, DataType.UInt16, Voxels.AsSpan(z * SliceBytes, SliceBytes)));
    }

    private static byte[] Make()
    {
        byte[] voxels = new byte[Z * SliceBytes];
        new Random(6).NextBytes(voxels);
        return voxels;
    }
}
