using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Reads the level-0 runs of a slab from a source that must be decoded: all that come from the same decoding at once, into memory as far as
/// they have room there and to disk where they do not.
/// </summary>
internal sealed class DecodedRows(BuildContext context, RunShelf shelf)
{
    // Chunks of a Zarr source may end with a run nowhere but at the volume's end. Rather decode some of them twice than keep a whole slab.
    private const int MostDeepRows = 8;

    private readonly Multiscale _volume = context.Plan.Scope.Volume;
    private readonly SlabReader _reader = new(context.Pool, context.Scheduler, BuildContext.Patience, context.Pace);

    /// <summary>Most runs that come from the same decoding.</summary>
    public static long MostRows(Multiscale volume)
    {
        long most = 1;
        for (long y = 0, end; y < volume.Levels[0].Grid.Counts.Y; y = end)
        {
            end = End(volume, y);
            most = Math.Max(most, end - y);
        }

        return most;
    }

    /// <summary>Gives the runs of a slab in the order of y; their buffers are the caller's.</summary>
    /// <param name="first">The run at y 0.</param>
    public IEnumerable<(ChunkRun Run, ChunkBuffer?[] Chunks)> Read(ChunkRun first)
    {
        for (long y = 0, end; y < _volume.Levels[0].Grid.Counts.Y; y = end)
        {
            end = End(_volume, y);
            ChunkRun[] runs = [.. Enumerable.Range(0, (int)(end - y)).Select(i => first with { Y = y + i })];
            if (Array.TrueForAll(runs, run => context.IsDone(run)))
            {
                int count = 0;
                for (; count < runs.Length && context.LoadInstead(runs[count]) is { } loaded; count++) yield return (runs[count], loaded);
                if (count == runs.Length) continue;
                runs = runs[count..];
            }

            ParkableRun[] parkables = Decode(runs);
            for (int i = 0; i < runs.Length; i++)
            {
                shelf.Take(parkables[i]);
                ClearOutside(runs[i], parkables[i]);
                context.Counters.Place = context.Describe(runs[i]);
                context.Counters.AddVoxels(context.Plan.Scope.BytesOf(runs[i]));
                yield return (runs[i], shelf.Close(parkables[i]));
            }
        }
    }

    /// <summary>
    /// The end of the runs up to the next where a run and a unit end together; of units of several planes, where that is far, of the runs
    /// that the first one's units reach into.
    /// </summary>
    private static long End(Multiscale volume, long y)
    {
        long end = y + 1, near = 0, all = volume.Volume.Shape.Y, chunk = volume.Chunk.Y;
        bool isDeep = volume.Volume.Source.Unit.Depth > 1;
        while (end * chunk < all)
        {
            long decoded = volume.Volume.WidenY(y * chunk, end * chunk).End;
            if (decoded <= end * chunk) break;
            end = Math.Max(end + 1, (decoded + chunk - 1) / chunk);
            if (near == 0) near = end;
            if (isDeep && end - y > MostDeepRows)
            {
                end = near;
                break;
            }
        }

        return Math.Min(end, volume.Levels[0].Grid.Counts.Y);
    }

    private ParkableRun[] Decode(ChunkRun[] runs)
    {
        context.Counters.Place = context.Describe(runs[0]);
        long runBytes = runs[0].Chunks * SizeClass.BytesOf(_volume.ChunkBytes);
        long room = shelf.Room;

        // Decoding waits for memory for some seconds only, so what is for it must not be taken by what waits to be written.
        if (context.Plan.QueueBytes < runBytes) context.Queue.Drain();
        var parkables = new ParkableRun[runs.Length];
        var chunks = new List<SlabChunk>();
        for (int y = 0; y < runs.Length; y++)
        {
            parkables[y] = shelf.Open(runs[y].Chunks, _volume.ChunkBytes);
            bool inMemory = y == 0 || (room -= runBytes) >= 0; // the first is the one that is gone on with
            for (int i = 0; i < runs[y].Chunks; i++)
            {
                var chunk = new SlabChunk(_volume.Levels[0].Grid.Region(runs[y][i]));
                if (inMemory) parkables[y].Ensure(i, context.Pool, context.Stop);
                else chunk.Slot = parkables[y].Reserve(i, shelf.Lot);
                chunk.Buffer = parkables[y].Buffers[i];
                chunks.Add(chunk);
            }
        }

        _reader.Read(_volume, chunks, context.Stop);
        for (int y = 0; y < runs.Length; y++)
        {
            for (int i = 0; i < runs[y].Chunks; i++)
            {
                if (!chunks[(y * runs[y].Chunks) + i].HasVoxels) parkables[y].Drop(i);
            }

            if (y > 0) shelf.Put(parkables[y], (runs[y].Z * _volume.Levels[0].Grid.Counts.Y) + runs[y].Y);
        }

        return parkables;
    }

    /// <summary>Makes what overhangs the level fill: a place on disk may hold what was there before.</summary>
    private void ClearOutside(ChunkRun run, ParkableRun parkable)
    {
        ChunkShape chunk = _volume.Chunk;
        int rowBytes = chunk.X * _volume.Volume.DataType.Size(), planeBytes = chunk.Y * rowBytes;
        context.Scheduler.ForEach(run.Chunks, i =>
        {
            Region region = _volume.Levels[0].Grid.Region(run[i]);
            if (parkable.Buffers[i] is not { } buffer || region.Count == chunk.Count) return;
            Span<byte> voxels = buffer.Span;
            voxels[(region.Depth * planeBytes)..].Clear();
            for (int z = 0; z < region.Depth; z++)
            {
                Span<byte> plane = voxels.Slice(z * planeBytes, planeBytes);
                plane[(region.Height * rowBytes)..].Clear();
                int length = region.Width * (rowBytes / chunk.X);
                for (int y = 0; y < region.Height && length < rowBytes; y++) plane[((y * rowBytes) + length)..((y + 1) * rowBytes)].Clear();
            }
        });
    }
}
