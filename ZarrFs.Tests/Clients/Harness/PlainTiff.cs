using System.Buffers.Binary;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>The smallest TIFF there is: one page, one strip, little-endian (TIFF 6.0, sections 2 and 8).</summary>
internal static class PlainTiff
{
    private const int HeaderBytes = 8 + 2 + (10 * 12) + 4;

    /// <summary>A page of unsigned 8- or 16-bit voxels.</summary>
    /// <param name="compression">What the tag says; the voxels stay as they are.</param>
    public static byte[] Page(int width, int height, byte[] voxels, int bits = 16, int compression = 1)
    {
        byte[] file = [.. new byte[HeaderBytes], .. voxels];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 8);
        (ushort Tag, int Value)[] entries =
        [
            (256, width), (257, height), (258, bits), (259, compression), (262, 1),
            (273, HeaderBytes), (277, 1), (278, height), (279, voxels.Length), (339, 1),
        ];
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = file.AsSpan(10 + (12 * i));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], 4); // LONG
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], 1);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], entries[i].Value);
        }

        return file;
    }

    /// <summary>Writes <c>0.tif</c> … into a new directory: random, but always the same voxels.</summary>
    /// <returns>The voxels of each slice.</returns>
    public static byte[][] WriteSlices(string directory, int depth, int height, int width)
    {
        Directory.CreateDirectory(directory);
        var random = new Random(depth + height + width);
        byte[][] slices = [.. Enumerable.Range(0, depth).Select(_ => new byte[height * width * 2])];
        for (int z = 0; z < depth; z++)
        {
            random.NextBytes(slices[z]);
            File.WriteAllBytes(Path.Combine(directory, $"{z}.tif"), Page(width, height, slices[z]));
        }

        return slices;
    }
}
