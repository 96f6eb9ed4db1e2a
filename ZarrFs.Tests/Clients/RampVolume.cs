using System.Buffers.Binary;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Clients;

/// <summary>
/// A volume that can be foretold at every level: voxels grow linearly, so the mean of 2ⁿ×2ⁿ×2ⁿ of them is the value at their centre,
/// and the slopes are such that no level needs rounding. Different slopes tell the axes apart.
/// </summary>
internal static class RampVolume
{
    public const int X = 205, Y = 149, Z = 101;

    /// <summary>Of chunks of 32³: 205 voxels along x are 26 at level 3, which is the first to fit in one.</summary>
    public const int ChunkSize = 32, CoarsestLevel = 3;

    private const int SlopeX = 36, SlopeY = 54, SlopeZ = 212;

    /// <summary>The greatest voxel.</summary>
    public static int Max => Voxel(0, X - 1, Y - 1, Z - 1);

    /// <summary>A voxel of a level, not at an odd edge.</summary>
    public static int Voxel(int level, int x, int y, int z)
    {
        int width = 1 << level;
        return 1 + (width * ((SlopeX * x) + (SlopeY * y) + (SlopeZ * z))) + ((SlopeX + SlopeY + SlopeZ) / 2 * (width - 1));
    }

    /// <summary>Writes one file a slice.</summary>
    public static void Write(string directory)
    {
        var writer = new TiffWriter();
        byte[] samples = new byte[Y * X * sizeof(ushort)];
        for (int z = 0; z < Z; z++)
        {
            for (int y = 0; y < Y; y++)
            {
                for (int x = 0; x < X; x++)
                    BinaryPrimitives.WriteUInt16LittleEndian(samples.AsSpan(((y * X) + x) * sizeof(ushort)), (ushort)Voxel(0, x, y, z));
            }

            File.WriteAllBytes(Path.Combine(directory, $"{z:00000}.tif"), writer.Write(1, Y, X, DataType.UInt16, samples));
        }
    }
}
