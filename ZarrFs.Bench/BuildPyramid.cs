using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Bench;

/// <summary>
/// All levels of a source, made and thrown away: what reading and halving take without a disk. With a directory each chunk is written there
/// and deleted at once: every page of it goes to the disk's cache, and no disk gets full.
/// </summary>
internal static class BuildPyramid
{
    public static void Run(string path, long budget, DownsampleMethod method, string? directory)
    {
        using var pool = new BufferPool(budget);
        using ISource source = SourceOpener.Open(path, new SourceOptions { Pool = pool, BadSlices = BadSlicePolicy.Fail });
        var volume = new Multiscale("bench", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(128, 128, 128), null, method);
        BuildPlan plan = BuildPlan.For(new BuildScope(volume, OnlyLeading: true), budget, Environment.ProcessorCount, ScratchOptions.In(directory ?? ScratchOptions.DefaultDirectory));
        var counters = new BuildCounters();
        var sink = new Discarding(directory);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        PyramidBuilder.Run(plan, pool, sink, counters, CancellationToken.None);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            $"{volume.Volume.Shape}, {volume.Levels.Count} levels, {method}: {seconds:0.00} s, {counters.VoxelBytes / seconds / 1e6:0} MB/s of voxels, "
            + $"processor {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:0.00} s, chunks {sink.Chunks}, empty {counters.ChunksEmpty}, "
            + $"buffers planned {plan.BufferBytes >> 20} MiB, used {pool.Committed >> 20} MiB, peak RSS {process.PeakWorkingSet64 >> 20} MiB");
    }

    private sealed class Discarding(string? directory) : IChunkSink
    {
        private long _chunks;

        public long Chunks => _chunks;

        public bool Takes(int level) => true;

        public ChunkState StateOf(in ChunkAddress address) => ChunkState.Missing;

        public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw)
        {
            long number = Interlocked.Increment(ref _chunks);
            if (directory is null) return;
            string path = Path.Combine(directory, $"chunk-{number}");
            using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
            RandomAccess.Write(file, raw, 0);
        }

        public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
        {
        }

        public void Load(in ChunkAddress address, Span<byte> raw) => throw new NotSupportedException("nothing is kept");
    }
}
