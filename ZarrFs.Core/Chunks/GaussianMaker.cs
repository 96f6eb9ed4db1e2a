using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Makes chunks by the Gaussian method on demand. A chunk needs the eight of the level below and two voxels around them, that is parts of up
/// to 64: they are had a row along x at a time, and what is needed of them is copied, so that four at most are held at once.
/// </summary>
internal sealed class GaussianMaker(BufferPool pool, ChunkCache cache, ChunkScheduler scheduler, TimeSpan patience)
{
    /// <summary>Chunks of a row that are held at once.</summary>
    public const int RowChunks = 4;

    /// <summary>Bytes of a worker's scratch.</summary>
    public static long ScratchBytes(Multiscale volume) =>
        GaussianRoll.ScratchBytes(GaussianKernel.Create(volume.Volume.DataType), (int)Math.Min(volume.Chunk.X, volume.Volume.Shape.X));

    /// <summary>Makes one chunk; null stands for all fill.</summary>
    /// <param name="volume">Whose chunk.</param>
    /// <param name="address">Which, of level 1 or above.</param>
    /// <param name="obtain">Gives leases on some chunks of a row.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public ChunkBuffer? Make(
        Multiscale volume, in ChunkAddress address, Func<List<ChunkAddress>, Dictionary<ChunkAddress, Lease>> obtain, CancellationToken cancellationToken)
    {
        GaussianKernel kernel = GaussianKernel.Create(volume.Volume.DataType);
        ChunkGrid below = volume.Levels[address.Level - 1].Grid;
        using var box = new GaussianBox(
            kernel, below, volume.Levels[address.Level].Grid.Region(address), pool.Rent((int)GaussianBox.Bytes(volume), patience, cancellationToken));
        ChunkBuffer? made = null;
        try
        {
            long voxelsUntil = 0; // the end of the last planes that are not all zero
            for (long z = box.FirstZ / below.Chunk.Z; z <= (box.EndZ - 1) / below.Chunk.Z; z++)
            {
                long first = Math.Max(box.FirstZ, z * below.Chunk.Z), end = Math.Min(box.EndZ, (z + 1) * below.Chunk.Z);
                box.Extend(end);
                if (Fill(volume, box, address with { Level = address.Level - 1, Z = z }, first, obtain, cancellationToken)) voxelsUntil = end;
                long ready = box.Ready();
                if (ready > box.Next && voxelsUntil > box.FirstNeeded)
                {
                    if (made is null)
                    {
                        made = pool.Rent(volume.ChunkBytes, patience, cancellationToken);
                        made.Span.Clear();
                    }

                    MakePlanes(volume, kernel, box, ready, made, cancellationToken);
                }

                box.Advance(ready);
            }

            return made;
        }
        catch
        {
            made?.Release();
            throw;
        }
    }

    /// <summary>Copies a layer of chunks into the box; false if all of them are zero.</summary>
    private bool Fill(
        Multiscale volume, GaussianBox box, ChunkAddress layer, long first,
        Func<List<ChunkAddress>, Dictionary<ChunkAddress, Lease>> obtain, CancellationToken cancellationToken)
    {
        ChunkShape chunk = volume.Chunk;
        ChunkBuffer zeros = cache.Zeros(volume.ChunkBytes);
        bool any = false;
        for (long y = box.FirstY / chunk.Y; y <= (box.EndY - 1) / chunk.Y; y++)
        {
            var wanted = new List<ChunkAddress>(RowChunks);
            for (long x = box.FirstX / chunk.X; x <= (box.EndX - 1) / chunk.X; x++) wanted.Add(layer with { Y = y, X = x });
            Dictionary<ChunkAddress, Lease> row = obtain(wanted);
            try
            {
                any |= row.Values.Any(lease => !ReferenceEquals(lease.Buffer, zeros));
                scheduler.ForEach(wanted.Count, i =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ChunkBuffer buffer = row[wanted[i]].Buffer;
                    box.Take(wanted[i], first, ReferenceEquals(buffer, zeros) ? null : buffer);
                });
            }
            finally
            {
                foreach (Lease lease in row.Values) lease.Dispose();
            }
        }

        return any;
    }

    private void MakePlanes(Multiscale volume, GaussianKernel kernel, GaussianBox box, long end, ChunkBuffer made, CancellationToken cancellationToken)
    {
        int planes = (int)(end - box.Next);
        int pieces = Math.Min(planes, 4 * scheduler.Workers);
        scheduler.ForEach(pieces, piece =>
        {
            ChunkBuffer scratch = pool.Rent((int)ScratchBytes(volume), patience, cancellationToken);
            try
            {
                for (long z = box.Next + ((long)planes * piece / pieces); z < box.Next + ((long)planes * (piece + 1) / pieces); z++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    box.Make(z, made, scratch);
                }
            }
            finally
            {
                scratch.Release();
            }
        });
    }
}
