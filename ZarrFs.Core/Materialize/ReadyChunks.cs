using System.Runtime.ExceptionServices;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize;

/// <summary>
/// Chunks that the disk cache has are put into a store before it is built, in the same way as those that are made: the build goes on from
/// there as it does after an interruption, and reads and computes only what is missing.
/// </summary>
/// <param name="disk">The cache.</param>
/// <param name="number">The volume's number in it.</param>
/// <param name="scope">What is built.</param>
internal sealed class ReadyChunks(IChunkDisk disk, int number, BuildScope scope)
{
    private const int MostTogether = 64;

    private readonly Multiscale _volume = scope.Volume;
    private long _taken;

    /// <summary>Chunks that were taken from the cache, all fill or not.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Puts every chunk that the sink lacks and the cache has into the sink. What the cache cannot read after all is left to the build.</summary>
    /// <param name="pool">Where buffers come from, one for each worker.</param>
    /// <param name="workers">Threads that read and write.</param>
    /// <param name="sink">Takes the chunks.</param>
    /// <param name="counters">Told what is taken.</param>
    /// <param name="cancellationToken">Stops it; what was taken by then is kept.</param>
    /// <exception cref="Failures.StoreException">The sink failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Copy(BufferPool pool, int workers, IChunkSink sink, BuildCounters counters, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        try
        {
            Parallel.ForEach(
                Rows(sink), options,
                () => pool.Rent(_volume.ChunkBytes, BuildContext.Patience, cancellationToken),
                (row, _, buffer) =>
                {
                    counters.Place = $"level {row.Level} of the cache";
                    CopyRow(row, _volume.Levels[row.Level].Grid.Counts.X, buffer, sink, counters, cancellationToken);
                    return buffer;
                },
                buffer => buffer.Release());
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.Flatten().InnerExceptions.FirstOrDefault(failure => failure is not OperationCanceledException) ?? failures.InnerExceptions[0]);
        }
    }

    /// <summary>The rows of chunks along x that are wanted, the coarsest first: there are few of them, and they spare the most.</summary>
    private IEnumerable<ChunkRun> Rows(IChunkSink sink)
    {
        foreach (Level level in _volume.Levels.Where(level => sink.Takes(level.Index)).Reverse())
        {
            foreach ((long t, long first, int channels) in scope.Parts())
            {
                for (long c = first; c < first + channels; c++)
                {
                    for (long z = 0; z < level.Grid.Counts.Z; z++)
                    {
                        for (long y = 0; y < level.Grid.Counts.Y; y++) yield return new ChunkRun(level.Index, t, c, 1, z, y, 0, 0);
                    }
                }
            }
        }
    }

    /// <summary>Copies the chunks of a row along x, neighbours as one run.</summary>
    private void CopyRow(ChunkRun row, long across, ChunkBuffer buffer, IChunkSink sink, BuildCounters counters, CancellationToken cancellationToken)
    {
        List<bool> empty = [];
        for (long x = 0; x < across; x++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CachedState found = TryCopy(row with { X = x, Count = 1 }, buffer, sink);
            if (found != CachedState.Missing)
            {
                empty.Add(found == CachedState.Empty);
                if (found == CachedState.Empty) counters.AddEmpty();
            }

            if (empty.Count > 0 && (found == CachedState.Missing || empty.Count == MostTogether || x == across - 1))
            {
                long end = found == CachedState.Missing ? x : x + 1;
                sink.Complete(row with { X = end - empty.Count, Count = empty.Count }, empty.ToArray());
                Interlocked.Add(ref _taken, empty.Count);
                empty.Clear();
            }
        }
    }

    private CachedState TryCopy(in ChunkRun one, ChunkBuffer buffer, IChunkSink sink)
    {
        ChunkAddress address = one[0], cached = address with { Volume = number };
        if (sink.StateOf(address) != ChunkState.Missing || disk.StateOf(cached) == CachedState.Missing) return CachedState.Missing;
        CachedState found = disk.TryRead(cached, buffer.Span);
        if (found == CachedState.Present && Zeros.IsAllZero(buffer.Span)) found = CachedState.Empty; // a store has no file for it
        if (found == CachedState.Present) sink.Write(address, buffer.Span);
        return found;
    }
}
