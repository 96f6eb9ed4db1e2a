using System.Buffers.Binary;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Clients;

/// <summary>A small ImageJ hyperstack whose voxels tell where they are: two channels of far apart values, three time points.</summary>
internal static class Hyperstack
{
    public const int T = 3, C = 2, Z = 12, Y = 40, X = 50;

    /// <summary>Micrometres along x, y, z, and seconds.</summary>
    public const double Pixel = 0.5, Spacing = 2, Interval = 1.5;

    public static int Voxel(int t, int c, int z, int y, int x) => 1 + x + (50 * y) + (500 * z) + (9000 * t) + (30000 * c);

    /// <summary>Writes it as ImageJ does: pages with channels fastest, then z, then time.</summary>
    public static string Write(string path)
    {
        byte[] samples = new byte[T * C * Z * Y * X * sizeof(ushort)];
        int at = 0;
        for (int t = 0; t < T; t++)
        {
            for (int z = 0; z < Z; z++)
            {
                for (int c = 0; c < C; c++)
                {
                    for (int pixel = 0; pixel < Y * X; pixel++, at += sizeof(ushort))
                        BinaryPrimitives.WriteUInt16LittleEndian(samples.AsSpan(at), (ushort)Voxel(t, c, z, pixel / X, pixel % X));
                }
            }
        }

        var writer = new TiffWriter
        {
            Description = $"ImageJ=1.54f\nimages={T * C * Z}\nchannels={C}\nslices={Z}\nframes={T}\nhyperstack=true\nmode=composite\nunit=um\nspacing={Spacing}\nfinterval={Interval}\nloop=false\n",
            Resolution = (2, 1), // pixels a micrometre
        };
        File.WriteAllBytes(path, writer.Write(T * C * Z, Y, X, DataType.UInt16, samples));
        return path;
    }
}
