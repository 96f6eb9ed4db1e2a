using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>What every way of walking through a volume needs: memory, threads, the sink, and the step from one level to the next.</summary>
internal sealed class BuildContext : IDisposable
{
    /// <summary>A slow disk is waited for; only cancelling ends it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(365);

    private readonly IChunkSink _sink;
    private readonly Downsampler? _downsampler;
    private readonly CancellationTokenSource _stop;

    public BuildContext(BuildPlan plan, BufferPool pool, IChunkSink sink, BuildCounters counters, CancellationToken cancellationToken, IPace? pace = null)
    {
        Plan = plan;
        Pool = pool;
        Counters = counters;
        Pace = pace;
        _sink = sink;
        Multiscale volume = plan.Scope.Volume;
        _downsampler = volume.Levels.Count > 1 && volume.Method != DownsampleMethod.Gaussian ? Downsampler.Create(volume.Method, volume.Volume.DataType) : null;
        Scheduler = new ChunkScheduler(plan.Workers);
        Queue = new WriteQueue(sink, counters, plan.Workers, plan.QueueBytes, pace, cancellationToken);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Queue.Failed);
        counters.TotalVoxelBytes = plan.Scope.VoxelBytes;
    }

    public BuildPlan Plan { get; }

    public BufferPool Pool { get; }

    public BuildCounters Counters { get; }

    /// <summary>Threads that read and halve.</summary>
    public ChunkScheduler Scheduler { get; }

    /// <summary>Asked before each piece of work; null if nothing holds it up.</summary>
    public IPace? Pace { get; }

    /// <summary>Takes finished chunks.</summary>
    public WriteQueue Queue { get; }

    /// <summary>Cancelled by the caller, or because a write has failed.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Gives one reference of each buffer back.</summary>
    public static void Release(ReadOnlySpan<ChunkBuffer?> chunks)
    {
        foreach (ChunkBuffer? chunk in chunks) chunk?.Release();
    }

    /// <summary>False for a level that is only made to make the next one of.</summary>
    public bool Takes(int level) => _sink.Takes(level);

    /// <summary>True if an earlier run has left nothing of this one to do.</summary>
    public bool IsDone(in ChunkRun run)
    {
        for (int i = 0; i < run.Chunks; i++)
        {
            if (_sink.StateOf(run[i]) == ChunkState.Missing) return false;
        }

        return true;
    }

    /// <summary>
    /// True if a level that is taken lacks a chunk of this run or of those it is made of. That a run is there does not say that those below
    /// it are: a cache lets any of them go, and a store may have been given it ready-made.
    /// </summary>
    public bool IsNeeded(in ChunkRun run)
    {
        for (int level = run.Level; level >= 0; level--)
        {
            if (!_sink.Takes(level)) continue;
            int depth = run.Level - level;
            VolumeShape counts = Plan.Scope.Volume.Levels[level].Grid.Counts;
            long endZ = Math.Min(counts.Z, (run.Z + 1) << depth), endY = Math.Min(counts.Y, (run.Y + 1) << depth);
            long x = run.X << depth, endX = Math.Min(counts.X, (run.X + run.Count) << depth);
            for (long z = run.Z << depth; z < endZ; z++)
            {
                for (long y = run.Y << depth; y < endY; y++)
                {
                    if (!IsDone(run with { Level = level, Z = z, Y = y, X = x, Count = (int)(endX - x) })) return true;
                }
            }
        }

        return false;
    }

    /// <summary>Reads a run of level 0 from a source that need not be decoded, channel by channel; null stands for all fill.</summary>
    public ChunkBuffer?[] Read(BandReader reader, in ChunkRun run)
    {
        var chunks = new ChunkBuffer?[run.Chunks];
        var row = new ChunkAddress[run.Count];
        var buffers = new ChunkBuffer?[run.Count];
        try
        {
            for (int channel = 0; channel < run.Channels; channel++)
            {
                for (int i = 0; i < run.Count; i++) row[i] = run[(channel * run.Count) + i];
                try
                {
                    reader.Read(Plan.Scope.Volume, row, buffers, Stop);
                }
                finally
                {
                    buffers.CopyTo(chunks, channel * run.Count);
                    Array.Clear(buffers);
                }
            }

            return chunks;
        }
        catch
        {
            Release(chunks);
            throw;
        }
    }

    /// <summary>Reads a run back that is done; null stands for all fill.</summary>
    public ChunkBuffer?[] Load(ChunkRun run)
    {
        var chunks = new ChunkBuffer?[run.Chunks];
        try
        {
            Scheduler.ForEach(run.Chunks, i =>
            {
                Pace?.Wait(Stop);
                if (_sink.StateOf(run[i]) != ChunkState.Written) return;
                chunks[i] = Pool.Rent(Plan.Scope.Volume.ChunkBytes, Patience, Stop);
                _sink.Load(run[i], chunks[i]!.Span);
            });
            return chunks;
        }
        catch
        {
            Release(chunks);
            throw;
        }
    }

    /// <summary>Reads a run back instead of making it; null if it turns out that it has to be made after all.</summary>
    public ChunkBuffer?[]? LoadInstead(in ChunkRun run)
    {
        try
        {
            ChunkBuffer?[] chunks = Load(run);
            Skip(run);
            return chunks;
        }
        catch (LostChunkException)
        {
            return null;
        }
    }

    /// <summary>Counts all level-0 voxels below a run that is done.</summary>
    public void Skip(in ChunkRun run)
    {
        Multiscale volume = Plan.Scope.Volume;
        ChunkShape chunk = volume.Chunk;
        VolumeShape shape = volume.Volume.Shape;
        int level = run.Level;
        long bytes = Extent(run.Z, run.Z + 1, chunk.Z, shape.Z) * Extent(run.Y, run.Y + 1, chunk.Y, shape.Y)
            * Extent(run.X, run.X + run.Count, chunk.X, shape.X) * run.Channels * volume.Volume.DataType.Size();
        Counters.SkipVoxels(bytes);

        long Extent(long first, long end, int size, long limit) => Math.Min(limit, (end * size) << level) - ((first * size) << level);
    }

    /// <summary>Where a run is, for people, in voxels of level 0.</summary>
    public string Describe(in ChunkRun run)
    {
        Region region = Plan.Scope.Volume.Levels[0].Grid.Region(run[0]);
        VolumeShape shape = Plan.Scope.Volume.Volume.Shape;
        string leading = (shape.T > 1 ? $"t {run.T}, " : "") + (shape.C > run.Channels ? $"c {run.C}, " : "");
        return $"{leading}z {region.Z}–{region.EndZ - 1}, y {region.Y}–{region.EndY - 1}";
    }

    /// <summary>Halves a run of one level into the octants of the run above it; buffers are taken for those that get voxels.</summary>
    public void HalveInto(ChunkRun parent, ChunkBuffer?[] parents, ChunkRun child, ChunkBuffer?[] chunks)
    {
        Multiscale volume = Plan.Scope.Volume;
        ChunkGrid grid = volume.Levels[child.Level].Grid;
        ChunkShape chunk = volume.Chunk;
        int voxel = volume.Volume.DataType.Size(), rowBytes = chunk.X * voxel, planeBytes = chunk.Y * rowBytes;
        int corner = ((int)(child.Z & 1) * (chunk.Z / 2) * planeBytes) + ((int)(child.Y & 1) * (chunk.Y / 2) * rowBytes);

        // By parents, not by children: two of those meet in one.
        Scheduler.ForEach(parent.Chunks, p =>
        {
            Pace?.Wait(Stop);
            long first = 2 * (parent.X + (p % parent.Count)), end = Math.Min(first + 2, child.X + child.Count);
            for (long x = Math.Max(first, child.X); x < end; x++)
            {
                int i = (p / parent.Count * child.Count) + (int)(x - child.X);
                if (chunks[i] is not { } fine || Zeros.IsAllZero(fine.Span)) continue;
                if (parents[p] is null)
                {
                    parents[p] = Pool.Rent(volume.ChunkBytes, Patience, Stop);
                    parents[p]!.Span.Clear();
                }

                Region box = grid.Region(child[i]);
                _downsampler!.Halve(
                    fine.Span, planeBytes, rowBytes, box.Depth, box.Height, box.Width,
                    parents[p]!.Span[(corner + ((int)(x & 1) * (chunk.X / 2) * voxel))..], planeBytes, rowBytes);
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Queue.Dispose();
        Scheduler.Dispose();
        _stop.Dispose();
    }
}
