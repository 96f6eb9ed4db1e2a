using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Bench;

/// <summary>
/// A directory of slices of one compressed strip each: one level-0 chunk that is nowhere yet, all others of its slab after it, and for
/// comparison libtiff's decoding of one slice, on one thread, in the same run. The page cache is warm.
/// </summary>
internal static class ColdSlab
{
    private const int Slices = 32;

    public static void Run(string path, long budget)
    {
        double slice = DecodeOne(path);
        int workers = Environment.ProcessorCount;
        using var pool = new BufferPool(budget);
        using ISource source = SourceOpener.Open(path, new SourceOptions { Pool = pool });
        var volume = new Multiscale("bench", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(128, 128, 128), null, DownsampleMethod.Mean);
        using var store = new ChunkStore([volume], pool, workers, ScratchOptions.In(ScratchOptions.DefaultDirectory));
        VolumeShape grid = volume.Levels[0].Grid.Counts;
        for (long z = 0; z < grid.Z; z++)
        {
            long before = ((TiffSource)source).Decoded;
            var wanted = new ChunkAddress(0, 0, 0, 0, z, grid.Y / 2, grid.X / 2);
            int depth = volume.Levels[0].Grid.Region(wanted).Depth;
            double first = Time(store, wanted);
            var others = new List<double>();
            for (long y = 0; y < grid.Y; y++)
            {
                for (long x = 0; x < grid.X; x++)
                {
                    if ((y, x) != (wanted.Y, wanted.X)) others.Add(Time(store, wanted with { Y = y, X = x }));
                }
            }

            others.Sort();
            double share = depth * slice / workers;
            Console.WriteLine(
                $"slab {z}: first chunk {first:0.0} ms = {first / share:0.00} × ({depth} × {slice:0.00} ms ÷ {workers})   other {others.Count}: median {others[others.Count / 2]:0.000} ms, "
                + $"max {others[^1]:0.000}, over 1 ms {others.Count(time => time > 1)}   decoded {((TiffSource)source).Decoded - before}   scratch {(store.Scratch?.Bytes ?? 0) >> 20} MiB");
        }
    }

    /// <summary>Milliseconds for one slice, the mean of some after one round of warming up.</summary>
    private static unsafe double DecodeOne(string directory)
    {
        string[] files = [.. Directory.GetFiles(directory, "*.tif").Order(StringComparer.Ordinal).Take(Slices)];
        using var pool = new BufferPool(256 << 20);
        using var segments = new SegmentCache(pool);
        double total = 0;
        for (int round = 0; round < 2; round++)
        {
            total = 0;
            foreach (string path in files)
            {
                using SafeFileHandle handle = File.OpenHandle(path);
                TiffPage page = TiffFile.Read(handle, path, RandomAccess.GetLength(handle)).Page(0);
                ChunkBuffer decoded = pool.Rent((int)page.Layout.UncompressedBytes(0), TimeSpan.Zero, CancellationToken.None);
                long start = Stopwatch.GetTimestamp();
                SegmentDecoder.Decode(new PageFile(handle, path, path, segments), page, 0, decoded.Span);
                total += Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                decoded.Release();
            }
        }

        return total / files.Length;
    }

    private static double Time(ChunkStore store, in ChunkAddress address)
    {
        long start = Stopwatch.GetTimestamp();
        using Lease lease = store.GetAsync(address, CancellationToken.None).GetAwaiter().GetResult();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
