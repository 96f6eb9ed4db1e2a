using System.Buffers.Binary;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Materialize;

/// <summary>A volume whose conversion by scroll2zarr is known: <c>scroll2zarr.tsv</c> has a sum for each level.</summary>
/// <param name="Name">Its directory's name.</param>
/// <param name="Shape">Odd at many levels.</param>
/// <param name="Type">uint8 or uint16.</param>
/// <param name="Masked">Zero outside of a cylinder, and in its last planes, as masked scrolls are.</param>
public sealed record PeerVolume(string Name, VolumeShape Shape, DataType Type, bool Masked)
{
    /// <summary>Voxels of a chunk along each axis.</summary>
    public const int ChunkSize = 32;

    /// <summary>As many as scroll2zarr makes.</summary>
    public const int Levels = 6;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PeerVolume> All { get; } =
    [
        new("odd", new VolumeShape(71, 137, 203), DataType.UInt16, Masked: false),
        new("masked", new VolumeShape(133, 170, 259), DataType.UInt16, Masked: true),
        new("bytes", new VolumeShape(67, 97, 161), DataType.UInt8, Masked: true),
    ];

    /// <summary>Writes one file a slice into a new directory of this name.</summary>
    /// <returns>The directory.</returns>
    public string Write(string parent)
    {
        string directory = Path.Combine(parent, Name);
        Directory.CreateDirectory(directory);
        byte[] voxels = new byte[Shape.Y * Shape.X * Type.Size()];
        var writer = new TiffWriter();
        for (int z = 0; z < Shape.Z; z++)
        {
            for (int i = 0; i < Shape.Y * Shape.X; i++)
            {
                int voxel = Voxel(z, (int)(i / Shape.X), (int)(i % Shape.X));
                if (Type == DataType.UInt8) voxels[i] = (byte)(voxel >> 8);
                else BinaryPrimitives.WriteUInt16LittleEndian(voxels.AsSpan(2 * i), (ushort)voxel);
            }

            File.WriteAllBytes(Path.Combine(directory, $"{z:00000}.tif"), writer.Write(1, (int)Shape.Y, (int)Shape.X, Type, voxels));
        }

        return directory;
    }

    /// <summary>Noise on slow waves in whole numbers, so that every machine makes the same.</summary>
    private int Voxel(int z, int y, int x)
    {
        if (Masked)
        {
            long dy = (2 * y) - Shape.Y, dx = (2 * x) - Shape.X, radius = Math.Min(Shape.Y, Shape.X) / 2;
            if ((dy * dy) + (dx * dx) > radius * radius || z > Shape.Z * 3 / 4) return 0;
        }

        uint noise = ((uint)z * 73856093u) ^ ((uint)y * 19349663u) ^ ((uint)x * 83492791u);
        noise ^= noise >> 13;
        noise *= 0x5bd1e995;
        noise ^= noise >> 15;
        int wave = (((z * 37) + (y * 53) + (x * 29)) % 4096) * 10;
        return Math.Min(65535, wave + (int)(noise % 20000));
    }
}
