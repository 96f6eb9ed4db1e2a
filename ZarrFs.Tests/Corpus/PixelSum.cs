using System.Security.Cryptography;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Corpus;

/// <summary>SHA-256 of voxels in the order in which other readers give them.</summary>
internal static class PixelSum
{
    /// <summary>The sum of a volume.</summary>
    /// <param name="source">The volume.</param>
    /// <param name="axes">The order, the slowest first: T, C, S (samples of a pixel), Y, X; every other letter is z.</param>
    /// <param name="samples">How many of the volume's channels are samples of one pixel; they are the fastest of its channels.</param>
    /// <param name="narrow">True to write float32 as the float16 that it came from.</param>
    public static string Of(ISource source, string axes, int samples, bool narrow)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        VolumeShape shape = source.Shape;
        samples = (int)Math.Min(samples, shape.C);
        bool interleaved = axes.EndsWith('S');
        string outer = new([.. axes.Where(axis => axis is not ('Y' or 'X') && !(interleaved && axis == 'S'))]);
        Walk(0, 0, 0, 0, 0);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Walk(int depth, long t, long c, long s, long z)
        {
            if (depth < outer.Length)
            {
                long count = outer[depth] switch { 'T' => shape.T, 'C' => shape.C / samples, 'S' => samples, _ => shape.Z };
                for (long i = 0; i < count; i++)
                {
                    (long nextT, long nextC, long nextS, long nextZ) = outer[depth] switch { 'T' => (i, c, s, z), 'C' => (t, i, s, z), 'S' => (t, c, i, z), _ => (t, c, s, i) };
                    Walk(depth + 1, nextT, nextC, nextS, nextZ);
                }

                return;
            }

            int channels = interleaved ? samples : 1;
            List<byte[]> planes = [.. Enumerable.Range(0, channels).Select(i => Plane(source, t, c * samples + s + i, z))];
            hash.AppendData(Finish(planes, source.DataType, narrow));
        }
    }

    /// <summary>The sum of all pages of a file one by one, samples of a pixel together: of files whose pages make no single volume.</summary>
    public static string OfPages(string path, bool narrow, Photometric photometric)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((List<byte[]> planes, DataType type) in FilePages.Read(path, photometric)) hash.AppendData(Finish(planes, type, narrow));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The sum of each page that a volume shows, along z only; samples of a pixel together.</summary>
    public static IEnumerable<string> Planes(ISource source)
    {
        VolumeShape shape = source.Shape;
        if (shape.T > 1) yield break;
        for (long z = 0; z < shape.Z; z++)
        {
            List<byte[]> planes = [.. Enumerable.Range(0, (int)shape.C).Select(c => Plane(source, 0, c, z))];
            yield return Convert.ToHexStringLower(SHA256.HashData(Finish(planes, source.DataType, narrow: false)));
        }
    }

    /// <summary>The sum of one plane.</summary>
    public static string OfPlane(ISource source, long t, long c, long z) => Convert.ToHexStringLower(SHA256.HashData(Plane(source, t, c, z)));

    private static byte[] Plane(ISource source, long t, long c, long z)
    {
        Region region = new(t, c, z, 0, 0, 1, (int)source.Shape.Y, (int)source.Shape.X);
        byte[] plane = new byte[region.Count * source.DataType.Size()];
        source.Read(region, plane);
        return plane;
    }

    private static byte[] Finish(List<byte[]> planes, DataType type, bool narrow)
    {
        int size = type.Size();
        byte[] page = planes[0];
        if (planes.Count > 1)
        {
            page = new byte[planes.Sum(plane => (long)plane.Length)];
            for (int i = 0; i < planes[0].Length / size; i++)
            {
                for (int s = 0; s < planes.Count; s++) planes[s].AsSpan(i * size, size).CopyTo(page.AsSpan((i * planes.Count + s) * size));
            }
        }

        if (!narrow || type != DataType.Float32) return page;
        byte[] half = new byte[page.Length / 2];
        for (int i = 0; i < half.Length; i += 2) BitConverter.TryWriteBytes(half.AsSpan(i), (Half)BitConverter.ToSingle(page, i * 2));
        return half;
    }
}
