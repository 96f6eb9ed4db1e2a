using System.Runtime.InteropServices;
using System.Text;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Bench;

/// <summary>
/// How far previews, and level 0 taken at every 2ⁿth voxel (<c>[::f, ::f, ::f]</c>), are from the exact levels: the root of the mean square
/// difference over the standard deviation of the exact level, so that 1 is as bad as its mean everywhere.
/// </summary>
internal static class PreviewQuality
{
    private const int PictureLevel = 2;
    private const int PictureSide = 300;
    private const int Gap = 6;

    public static void Run(string path, string? picture)
    {
        using ISource source = SourceOpener.Open(path, new SourceOptions());
        var view = new Volume(source, VolumeRanges.All, null, null);
        Multiscale mean = Make(view, DownsampleMethod.Mean), first = Make(view, DownsampleMethod.Nearest);
        using var pool = new BufferPool(2L << 30);
        using var exactPool = new BufferPool(2L << 30);
        using var exact = new ChunkStore([mean], exactPool, Environment.ProcessorCount);
        using var previews = new ChunkStore([mean, first], pool, Environment.ProcessorCount, previews: new PreviewOptions(PreviewMode.Only));
        Console.WriteLine($"{view.Shape} {view.DataType.Name()}");
        foreach (Level level in mean.Levels.Skip(1)) Tell(mean, level, exact, previews);
        if (picture is not null) Draw(mean, mean.Levels[Math.Min(PictureLevel, mean.Levels.Count - 1)], exact, previews, picture);
    }

    private static Multiscale Make(Volume view, DownsampleMethod method) => new("quality", view, new ChunkShape(128, 128, 128), null, method);

    private static void Tell(Multiscale volume, Level level, ChunkStore exact, ChunkStore previews)
    {
        double count = 0, sum = 0, squares = 0, preview = 0, strided = 0;
        VolumeShape counts = level.Grid.Counts;
        for (long i = 0; i < counts.Z * counts.Y * counts.X; i++)
        {
            var address = new ChunkAddress(0, level.Index, 0, 0, i / (counts.Y * counts.X), i / counts.X % counts.Y, i % counts.X);
            (double[] e, double[] p, double[] s) = (Read(volume, exact, address), Read(volume, previews, address), Read(volume, previews, address with { Volume = 1 }));
            for (int voxel = 0; voxel < e.Length; voxel++)
            {
                count++;
                sum += e[voxel];
                squares += e[voxel] * e[voxel];
                preview += (p[voxel] - e[voxel]) * (p[voxel] - e[voxel]);
                strided += (s[voxel] - e[voxel]) * (s[voxel] - e[voxel]);
            }
        }

        double deviation = Math.Sqrt((squares / count) - (sum / count * (sum / count)));
        Console.WriteLine(
            $"level {level.Index}, {level.Shape}: preview {Math.Sqrt(preview / count) / deviation:0.000}, every {1 << level.Index}th voxel {Math.Sqrt(strided / count) / deviation:0.000}");
    }

    /// <summary>The voxels of a chunk that exist.</summary>
    private static double[] Read(Multiscale volume, ChunkStore store, in ChunkAddress address)
    {
        using Lease lease = store.GetAsync(address, CancellationToken.None).GetAwaiter().GetResult();
        Region region = volume.Levels[address.Level].Grid.Region(address);
        double[] voxels = new double[region.Count];
        for (int row = 0; row < region.Depth * region.Height; row++)
        {
            long from = ((((long)(row / region.Height) * volume.Chunk.Y) + (row % region.Height)) * volume.Chunk.X);
            for (int x = 0; x < region.Width; x++) voxels[((long)row * region.Width) + x] = Voxel(volume.Volume.DataType, lease.Span, (int)from + x);
        }

        return voxels;
    }

    private static double Voxel(DataType type, ReadOnlySpan<byte> bytes, int index) => type switch
    {
        DataType.UInt8 => bytes[index],
        DataType.Int8 => (sbyte)bytes[index],
        DataType.UInt16 => MemoryMarshal.Cast<byte, ushort>(bytes)[index],
        DataType.Int16 => MemoryMarshal.Cast<byte, short>(bytes)[index],
        DataType.UInt32 => MemoryMarshal.Cast<byte, uint>(bytes)[index],
        DataType.Int32 => MemoryMarshal.Cast<byte, int>(bytes)[index],
        DataType.Float32 => MemoryMarshal.Cast<byte, float>(bytes)[index],
        DataType.Float64 => MemoryMarshal.Cast<byte, double>(bytes)[index],
        _ => throw new NotSupportedException($"{type.Name()} is not compared"),
    };

    /// <summary>The middle of the middle plane three times side by side: exact, preview, every 2ⁿth voxel.</summary>
    private static void Draw(Multiscale volume, Level level, ChunkStore exact, ChunkStore previews, string path)
    {
        int height = (int)Math.Min(PictureSide, level.Shape.Y), width = (int)Math.Min(PictureSide, level.Shape.X);
        double[][] parts = [Plane(volume, level, exact, 0, height, width), Plane(volume, level, previews, 0, height, width), Plane(volume, level, previews, 1, height, width)];
        double[] sorted = [.. parts[0].Order()];
        double low = sorted[sorted.Length / 1000], high = Math.Max(low + 1e-9, sorted[sorted.Length - 1 - (sorted.Length / 1000)]);
        int total = (3 * width) + (2 * Gap);
        byte[] grey = new byte[height * total];
        grey.AsSpan().Fill(255);
        for (int i = 0; i < height * width; i++)
        {
            for (int part = 0; part < 3; part++)
                grey[(i / width * total) + (part * (width + Gap)) + (i % width)] = (byte)Math.Clamp(255 * (parts[part][i] - low) / (high - low), 0, 255);
        }

        File.WriteAllBytes(path, [.. Encoding.ASCII.GetBytes($"P5\n{total} {height}\n255\n"), .. grey]);
    }

    private static double[] Plane(Multiscale volume, Level level, ChunkStore store, int number, int height, int width)
    {
        long z = level.Shape.Z / 2, top = (level.Shape.Y - height) / 2, left = (level.Shape.X - width) / 2;
        double[] plane = new double[height * width];
        for (long y = top / 128; y * 128 < top + height; y++)
        {
            for (long x = left / 128; x * 128 < left + width; x++)
            {
                var address = new ChunkAddress(number, level.Index, 0, 0, z / 128, y, x);
                Region region = level.Grid.Region(address);
                double[] voxels = Read(volume, store, address);
                for (int i = 0; i < region.Height * region.Width; i++)
                {
                    long row = region.Y + (i / region.Width) - top, column = region.X + (i % region.Width) - left;
                    if (row >= 0 && row < height && column >= 0 && column < width)
                        plane[(row * width) + column] = voxels[((z - region.Z) * region.Height * region.Width) + i];
                }
            }
        }

        return plane;
    }
}
