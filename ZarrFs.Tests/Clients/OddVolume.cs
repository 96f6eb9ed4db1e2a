using System.Runtime.InteropServices;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Clients;

/// <summary>A small volume of odd lengths in one file, whose voxels can be foretold, and of three types. What is not a number lies where no test looks.</summary>
internal static class OddVolume
{
    public const int Z = 37, Y = 53, X = 71;

    /// <summary>The voxel of a type at a position, as a number that the type holds exactly.</summary>
    public static double Voxel(DataType type, int x, int y, int z) => type switch
    {
        DataType.UInt8 => 1 + (((3 * x) + (5 * y) + (7 * z)) % 250),
        DataType.UInt16 => 1 + x + (72 * y) + (3900 * (z % 16)),
        _ when (x, y, z) == (1, 1, 1) => double.NaN,
        _ when (x, y, z) == (2, 1, 1) => double.PositiveInfinity,
        _ => (x + (100.0 * y) + (10_000 * z)) / 4,
    };

    /// <summary>All of them, x fastest.</summary>
    public static IEnumerable<double> Voxels(DataType type) =>
        from z in Enumerable.Range(0, Z)
        from y in Enumerable.Range(0, Y)
        from x in Enumerable.Range(0, X)
        select Voxel(type, x, y, z);

    /// <summary>Writes the file.</summary>
    public static string Write(string path, DataType type)
    {
        byte[] samples = type switch
        {
            DataType.UInt8 => [.. Voxels(type).Select(voxel => (byte)voxel)],
            DataType.UInt16 => MemoryMarshal.AsBytes<ushort>(Voxels(type).Select(voxel => (ushort)voxel).ToArray()).ToArray(),
            _ => MemoryMarshal.AsBytes<float>(Voxels(type).Select(voxel => (float)voxel).ToArray()).ToArray(),
        };
        File.WriteAllBytes(path, new TiffWriter().Write(Z, Y, X, type, samples));
        return path;
    }
}
