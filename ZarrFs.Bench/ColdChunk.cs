using System.Diagnostics;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Bench;

/// <summary>
/// One level-0 chunk that is in no cache, inside the program: what <c>peers/cold_chunk.py</c> times through the mount, without the kernel's
/// two copies. The page cache is warm from the second round on, which alone is told; the budget must be smaller than the volume.
/// </summary>
internal static class ColdChunk
{
    private const int Rounds = 4;

    public static void Run(string path, long budget)
    {
        using ISource source = SourceOpener.Open(path, new SourceOptions());
        var volume = new Multiscale("bench", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(128, 128, 128), 1, DownsampleMethod.Mean);
        using var pool = new BufferPool(budget);
        using var store = new ChunkStore([volume], pool, Environment.ProcessorCount);
        VolumeShape grid = volume.Levels[0].Grid.Counts;
        var first = new List<double>();
        var neighbours = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            first.Clear();
            neighbours.Clear();
            for (long z = 0; z < grid.Z; z++)
            {
                for (long y = 0; y < grid.Y; y++)
                {
                    Thread.Sleep(20); // a reader takes his time; workers fall asleep meanwhile
                    var wanted = new ChunkAddress(0, 0, 0, 0, z, y, 1);
                    if (store.TryGet(wanted, out Lease held))
                    {
                        held.Dispose();
                        continue;
                    }

                    first.Add(Time(store, wanted));
                    neighbours.Add(Time(store, wanted with { X = 0 }));
                    neighbours.Add(Time(store, wanted with { X = 2 }));
                }
            }
        }

        Tell("first chunk", first);
        Tell("its neighbours", neighbours);
    }

    private static double Time(ChunkStore store, in ChunkAddress address)
    {
        long start = Stopwatch.GetTimestamp();
        using Lease lease = store.GetAsync(address, CancellationToken.None).GetAwaiter().GetResult();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Tell(string what, List<double> times)
    {
        if (times.Count == 0) throw new InvalidOperationException("every chunk was in memory; give a smaller budget");
        times.Sort();
        Console.WriteLine($"{what,-16} median {times[times.Count / 2]:0.000} ms   p95 {times[(int)(times.Count * 0.95)]:0.000}   min {times[0]:0.000}   n {times.Count}");
    }
}
