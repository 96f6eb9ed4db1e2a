using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>Some slices of noise: no two chunks are alike.</summary>
internal static class SmallVolume
{
    public const int X = 110, Y = 75, Z = 40;

    /// <summary>Writes one file a slice.</summary>
    public static void Write(string directory)
    {
        var writer = new TiffWriter();
        var random = new Random(6);
        byte[] samples = new byte[Y * X * sizeof(ushort)];
        for (int z = 0; z < Z; z++)
        {
            random.NextBytes(samples);
            File.WriteAllBytes(Path.Combine(directory, $"{z:00000}.tif"), writer.Write(1, Y, X, DataType.UInt16, samples));
        }
    }
}
