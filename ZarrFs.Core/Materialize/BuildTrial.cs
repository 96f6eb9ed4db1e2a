using System.Diagnostics;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize;

/// <summary>What a short piece of a build took.</summary>
/// <param name="Elapsed">Time.</param>
/// <param name="VoxelBytes">Bytes of level-0 voxels that it went through.</param>
/// <param name="WrittenBytes">Bytes of chunks that it wrote.</param>
/// <param name="TotalVoxelBytes">Bytes of level-0 voxels of the whole build.</param>
public sealed record BuildTrial(TimeSpan Elapsed, long VoxelBytes, long WrittenBytes, long TotalVoxelBytes)
{
    /// <summary>Share of the free space that a trial may fill.</summary>
    private const int ShareOfFreeSpace = 10;

    private const long MostBytes = 4L << 30;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Time that the whole would take at this pace, or null if not even the smallest piece was finished.</summary>
    public TimeSpan? Estimate => VoxelBytes == 0 ? null : TimeSpan.FromSeconds(Math.Min(Elapsed.TotalSeconds * TotalVoxelBytes / VoxelBytes, TimeSpan.FromDays(9999).TotalSeconds));

    /// <summary>
    /// Builds in the middle of the volume, where scans are densest, for as long as <paramref name="most"/>, or until the first piece is done.
    /// What is written is gone afterwards.
    /// </summary>
    /// <param name="scope">What is to be built.</param>
    /// <param name="makePlan">Plans the build of a scope.</param>
    /// <param name="pool">Where all buffers come from.</param>
    /// <param name="codec">Encodes chunks; null for none.</param>
    /// <param name="directory">An existing directory on the file system that the store will be on.</param>
    /// <param name="freeBytes">Free bytes there.</param>
    /// <param name="most">How long to try.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="Failures.SourceException">The source failed.</exception>
    /// <exception cref="Failures.StoreException">Nothing can be written there.</exception>
    public static BuildTrial Run(
        BuildScope scope, Func<BuildScope, BuildPlan> makePlan, BufferPool pool, Codec? codec, string directory, long freeBytes, TimeSpan most,
        CancellationToken cancellationToken)
    {
        var counters = new BuildCounters();
        using var sink = new TrialSink(directory, codec, counters, Math.Min(MostBytes, freeBytes / ShareOfFreeSpace));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long start = Stopwatch.GetTimestamp();
        var build = Task.Factory.StartNew(
            () => PyramidBuilder.Run(makePlan(scope with { Volume = Middle(scope.Volume) }), pool, sink, counters, stop.Token),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (!((IAsyncResult)build).AsyncWaitHandle.WaitOne(Step))
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed > Longest || (elapsed > most && counters.VoxelBytes > 0)) stop.Cancel();
        }

        TimeSpan took = Stopwatch.GetElapsedTime(start);
        try
        {
            build.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is up: what is done by now is what was wanted.
        }

        return new BuildTrial(took, counters.VoxelBytes, counters.WrittenBytes, scope.VoxelBytes);
    }

    /// <summary>The part of a volume that begins in its middle along z and y, at a chunk's corner.</summary>
    private static Multiscale Middle(Multiscale whole)
    {
        Volume volume = whole.Volume;
        if (volume.Shift != default) return whole; // where its voxels are is not known so simply
        VolumeShape shape = volume.Shape, source = volume.Source.Shape;
        (long z, long y, long x, _) = volume.Ranges.Apply(source);
        long halfZ = shape.Z / 2 / whole.Chunk.Z * whole.Chunk.Z, halfY = shape.Y / 2 / whole.Chunk.Y * whole.Chunk.Y;
        var ranges = new VolumeRanges(new AxisRange(x, x + shape.X), new AxisRange(y + halfY, y + shape.Y), new AxisRange(z + halfZ, z + shape.Z));
        return new Multiscale(
            whole.Name, new Volume(volume.Source, ranges, volume.DataType, volume.VoxelSize), whole.Chunk, whole.Levels.Count, whole.Method, whole.Leading);
    }
}
