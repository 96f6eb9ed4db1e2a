using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Corpus;

/// <summary>Voxels made up for tests, and the plain way to cut a box out of them.</summary>
internal static class Samples
{
    /// <summary>Bytes that never repeat in step with rows or planes, and are hardly ever 0.</summary>
    public static byte[] Make(long count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i++) bytes[i] |= 1;
        return bytes;
    }

    /// <summary>A box of a volume, voxel by voxel; what is outside the volume is 0.</summary>
    public static byte[] Cut(byte[] volume, (int Z, int Y, int X) shape, Region region, int size)
    {
        byte[] box = new byte[region.Count * size];
        int to = 0;
        for (long z = region.Z; z < region.EndZ; z++)
        {
            for (long y = region.Y; y < region.EndY; y++)
            {
                for (long x = region.X; x < region.EndX; x++, to += size)
                {
                    if (z < shape.Z && y < shape.Y && x < shape.X)
                        Array.Copy(volume, ((z * shape.Y + y) * shape.X + x) * size, box, to, size);
                }
            }
        }

        return box;
    }

    public static byte[] ReadAll(ISource source) => Read(source, Whole(source));

    /// <summary>All of a source, t slowest, then c, z, y, x.</summary>
    public static byte[] ReadEverything(ISource source)
    {
        List<byte> all = [];
        for (long t = 0; t < source.Shape.T; t++)
        {
            for (long c = 0; c < source.Shape.C; c++) all.AddRange(Read(source, Whole(source) with { T = t, C = c }));
        }

        return [.. all];
    }

    public static Region Whole(ISource source) => new(0, 0, 0, (int)source.Shape.Z, (int)source.Shape.Y, (int)source.Shape.X);

    /// <summary>Reads into a buffer full of rubbish, so that what is not written shows.</summary>
    public static byte[] Read(ISource source, Region region)
    {
        byte[] buffer = new byte[region.Count * source.DataType.Size()];
        buffer.AsSpan().Fill(0xCD);
        source.Read(region, buffer);
        return buffer;
    }
}
