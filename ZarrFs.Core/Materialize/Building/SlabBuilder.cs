using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Makes all levels in one pass, slab by slab and in each run by run along y: for the Gaussian method, which needs neighbours on all sides,
/// and for sources whose slices must be decoded whole. Each level goes on where the first of its slabs is not wholly done; what the level
/// above still needs of those before is read back.
/// </summary>
internal sealed class SlabBuilder(BuildContext context)
{
    private readonly BuildScope _scope = context.Plan.Scope;
    private readonly Multiscale _volume = context.Plan.Scope.Volume;
    private readonly BandReader _reader = new(context.Pool, context.Scheduler, BuildContext.Patience, context.Pace);

    /// <summary>Builds everything that is missing.</summary>
    public void Run()
    {
        using var shelf = new RunShelf(context.Pool, context.Scheduler, context.Plan.ShelfBytes, context.Plan.Scratch, context.Stop);
        foreach ((long t, long c, int channels) in _scope.Parts())
        {
            ChunkRun[] parts = [.. _volume.Levels.Select(level => new ChunkRun(level.Index, t, c, channels, 0, 0, 0, (int)level.Grid.Counts.X))];
            Build(parts, shelf);
        }
    }

    private void Build(ChunkRun[] parts, RunShelf shelf)
    {
        long[] firsts = FirstSlabs(parts);
        var steps = new LevelStep?[parts.Length - 1];
        try
        {
            // From the top: what is read back for a level goes into the one above, and that may need what was read back before.
            for (int level = steps.Length - 1; level >= 0; level--)
            {
                if (firsts[level + 1] == _volume.Levels[level + 1].Grid.Counts.Z) continue;
                steps[level] = _volume.Method == DownsampleMethod.Gaussian
                    ? new GaussianStep(context, shelf, parts[level + 1], firsts[level + 1])
                    : new HalvingStep(context, shelf, parts[level + 1], firsts[level + 1]);
                for (long z = Needed(level, firsts[level + 1]); z < firsts[level]; z++)
                {
                    for (long y = 0; y < _volume.Levels[level].Grid.Counts.Y; y++)
                    {
                        ChunkRun run = parts[level] with { Z = z, Y = y };
                        PassOn(run, context.Load(run), steps);
                    }
                }
            }

            Skip(parts[0], firsts[0]);
            var decoded = new DecodedRows(context, shelf);
            for (long z = firsts[0]; z < _volume.Levels[0].Grid.Counts.Z; z++)
            {
                ChunkRun first = parts[0] with { Z = z };
                foreach ((ChunkRun run, ChunkBuffer?[] chunks) in _volume.Volume.Source.Unit.IsDecoded ? decoded.Read(first) : Read(first))
                {
                    Deliver(run, chunks, steps);
                }
            }
        }
        finally
        {
            foreach (LevelStep? step in steps) step?.Dispose();
        }
    }

    /// <summary>For each level, the first slab that is not wholly done; where the level is not kept, the first that the one above needs.</summary>
    private long[] FirstSlabs(ChunkRun[] parts)
    {
        var firsts = new long[parts.Length];
        for (int level = parts.Length - 1; level >= 0; level--)
        {
            VolumeShape counts = _volume.Levels[level].Grid.Counts;
            if (context.Takes(level))
            {
                while (firsts[level] < counts.Z && IsDone(parts[level] with { Z = firsts[level] })) firsts[level]++;
            }
            else
            {
                firsts[level] = level == parts.Length - 1 ? counts.Z : Needed(level, firsts[level + 1]);
            }
        }

        return firsts;
    }

    private bool IsDone(ChunkRun slab)
    {
        for (long y = 0; y < _volume.Levels[slab.Level].Grid.Counts.Y; y++)
        {
            if (!context.IsDone(slab with { Y = y })) return false;
        }

        return true;
    }

    /// <summary>The first slab of a level that is needed to make a slab of the one above.</summary>
    private long Needed(int level, long above)
    {
        ChunkGrid grid = _volume.Levels[level].Grid;
        if (above >= _volume.Levels[level + 1].Grid.Counts.Z) return grid.Counts.Z;
        return _volume.Method == DownsampleMethod.Gaussian ? GaussianTaps.First(above * grid.Chunk.Z) / grid.Chunk.Z : 2 * above;
    }

    private void Skip(ChunkRun part, long end)
    {
        for (long z = 0; z < end; z++)
        {
            for (long y = 0; y < _volume.Levels[0].Grid.Counts.Y; y++) context.Skip(part with { Z = z, Y = y });
        }
    }

    private IEnumerable<(ChunkRun Run, ChunkBuffer?[] Chunks)> Read(ChunkRun first)
    {
        for (long y = 0; y < _volume.Levels[0].Grid.Counts.Y; y++)
        {
            ChunkRun run = first with { Y = y };
            if (context.IsDone(run) && context.LoadInstead(run) is { } loaded)
            {
                yield return (run, loaded);
                continue;
            }

            context.Counters.Place = context.Describe(run);
            ChunkBuffer?[] chunks = context.Read(_reader, run);
            context.Counters.AddVoxels(_scope.BytesOf(run));
            yield return (run, chunks);
        }
    }

    /// <summary>Queues a run for writing, and makes of it what can be made.</summary>
    private void Deliver(in ChunkRun run, ChunkBuffer?[] chunks, LevelStep?[] steps)
    {
        try
        {
            context.Stop.ThrowIfCancellationRequested();
            DropZeros(chunks);
            if (!context.IsDone(run)) context.Queue.Add(run, chunks, context.Stop);
        }
        catch
        {
            BuildContext.Release(chunks);
            throw;
        }

        PassOn(run, chunks, steps);
    }

    /// <summary>Gives a run to the level above, and lets go of it.</summary>
    private void PassOn(in ChunkRun run, ChunkBuffer?[] chunks, LevelStep?[] steps)
    {
        LevelStep? step = run.Level < steps.Length ? steps[run.Level] : null;
        try
        {
            step?.Add(run, chunks);
        }
        finally
        {
            BuildContext.Release(chunks);
        }

        while (step is not null && step.TryTakeWhole(out ChunkRun made, out ChunkBuffer?[] whole)) Deliver(made, whole, steps);
    }

    /// <summary>What is all zero needs no memory above it.</summary>
    private void DropZeros(ChunkBuffer?[] chunks) => context.Scheduler.ForEach(chunks.Length, i =>
    {
        if (chunks[i] is not { } chunk || !Zeros.IsAllZero(chunk.Span)) return;
        chunks[i] = null;
        chunk.Release();
    });
}
