using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Makes all levels in one pass: walks the octree depth first, so that a run of level n+1 is whole when the runs of level n below it are,
/// and nothing waits for long. What an earlier run has finished is read back only where the level above still needs it.
/// </summary>
internal sealed class OctreeBuilder(BuildContext context)
{
    private readonly BuildScope _scope = context.Plan.Scope;
    private readonly Multiscale _volume = context.Plan.Scope.Volume;
    private readonly BandReader _reader = new(context.Pool, context.Scheduler, BuildContext.Patience, context.Pace);

    /// <summary>Builds everything that is missing.</summary>
    public void Run()
    {
        int top = _volume.Levels.Count - 1;
        VolumeShape counts = _volume.Levels[top].Grid.Counts;
        foreach ((long t, long c, int channels) in _scope.Parts())
        {
            for (long z = 0; z < counts.Z; z++)
            {
                for (long y = 0; y < counts.Y; y++)
                {
                    foreach (ChunkRun run in Split(new ChunkRun(top, t, c, channels, z, y, 0, 0), 0, counts.X))
                        BuildContext.Release(Make(run, wanted: false));
                }
            }
        }
    }

    /// <summary>Cuts chunks along x, from <paramref name="x"/> to <paramref name="end"/>, into runs as wide as the plan has them.</summary>
    private IEnumerable<ChunkRun> Split(ChunkRun run, long x, long end)
    {
        int width = context.Plan.WidthAt(run.Level);
        for (; x < end; x += width) yield return run with { X = x, Count = (int)Math.Min(width, end - x) };
    }

    /// <summary>Makes a run and all below it that is missing, and queues it for writing.</summary>
    /// <returns>Its chunks, one reference each, for the level above; null for one that is all fill, or if they are not wanted.</returns>
    private ChunkBuffer?[] Make(in ChunkRun run, bool wanted)
    {
        context.Stop.ThrowIfCancellationRequested();
        bool done = context.IsDone(run);
        if ((done || !wanted) && !context.IsNeeded(run))
        {
            if (!wanted)
            {
                context.Skip(run);
                return new ChunkBuffer?[run.Chunks];
            }

            if (context.LoadInstead(run) is { } loaded) return loaded;
            done = false;
        }

        if (run.Level > 0 && (done || (!wanted && !context.Takes(run.Level))))
        {
            // Only what is below it.
            foreach (ChunkRun child in Children(run)) BuildContext.Release(Make(child, wanted: false));
            return wanted ? context.Load(run) : new ChunkBuffer?[run.Chunks];
        }

        ChunkBuffer?[] chunks = run.Level == 0 ? Read(run) : Halve(run);
        try
        {
            context.Queue.Add(run, chunks, context.Stop);
        }
        catch
        {
            BuildContext.Release(chunks);
            throw;
        }

        return chunks;
    }

    private ChunkBuffer?[] Read(in ChunkRun run)
    {
        context.Counters.Place = context.Describe(run);
        ChunkBuffer?[] chunks = context.Read(_reader, run);
        context.Counters.AddVoxels(_scope.BytesOf(run));
        return chunks;
    }

    private ChunkBuffer?[] Halve(in ChunkRun run)
    {
        var parents = new ChunkBuffer?[run.Chunks];
        try
        {
            foreach (ChunkRun child in Children(run))
            {
                ChunkBuffer?[] chunks = Make(child, wanted: true);
                try
                {
                    context.HalveInto(run, parents, child, chunks);
                }
                finally
                {
                    BuildContext.Release(chunks);
                }
            }
        }
        catch
        {
            BuildContext.Release(parents);
            throw;
        }

        return parents;
    }

    /// <summary>The runs of the level below that a run is made of.</summary>
    private IEnumerable<ChunkRun> Children(ChunkRun run)
    {
        VolumeShape below = _volume.Levels[run.Level - 1].Grid.Counts;
        for (int corner = 0; corner < 4; corner++)
        {
            long z = (2 * run.Z) + (corner >> 1), y = (2 * run.Y) + (corner & 1);
            if (z >= below.Z || y >= below.Y) continue;
            var row = new ChunkRun(run.Level - 1, run.T, run.C, run.Channels, z, y, 0, 0);
            foreach (ChunkRun child in Split(row, 2 * run.X, Math.Min(2 * (run.X + run.Count), below.X))) yield return child;
        }
    }
}
