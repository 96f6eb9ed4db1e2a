namespace ZarrFs.Tests.Clients.Harness;

/// <summary>Numbered slices like a scan's: noise in the middle, nothing around it, so that some chunks are all fill. Always the same voxels.</summary>
internal static class ScanVolume
{
    /// <summary>Writes <c>0000.tif</c> … into a new directory.</summary>
    public static string Write(string directory, int depth, int height, int width)
    {
        Directory.CreateDirectory(directory);
        Parallel.For(0, depth, z => File.WriteAllBytes(Path.Combine(directory, $"{z:0000}.tif"), PlainTiff.Page(width, height, Slice(z, height, width))));
        return directory;
    }

    /// <summary>The voxels of a slice, little-endian uint16.</summary>
    public static byte[] Slice(int z, int height, int width)
    {
        byte[] voxels = new byte[height * width * 2];
        var random = new Random(z);
        for (int y = height / 4; y < height; y++) random.NextBytes(voxels.AsSpan(((y * width) + (width / 4)) * 2, width));
        return voxels;
    }
}
