using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Reads a row of level-0 chunks: plane by plane whole rows into a scratch that stays in the processor's cache, cut into the chunks from
/// there. Planes are shared out among the idle workers.
/// </summary>
internal sealed class BandReader(BufferPool pool, ChunkScheduler scheduler, TimeSpan patience, IPace? pace = null)
{
    /// <summary>Bytes one worker reads into at a time: half of a common L2 cache, so that the rows are still in it when they are cut into chunks.</summary>
    public const int ScratchBytes = 1 << 19;

    /// <summary>Reads the chunks of <paramref name="row"/>, ascending in x with or without gaps, into new buffers; null stands for all fill.</summary>
    public void Read(Multiscale volume, IReadOnlyList<ChunkAddress> row, ChunkBuffer?[] buffers, CancellationToken cancellationToken)
    {
        Region[] regions = [.. row.Select(address => volume.Levels[0].Grid.Region(address))];
        for (int i = 0; i < row.Count; i++)
        {
            buffers[i] = pool.Rent(volume.ChunkBytes, patience, cancellationToken);
            if (regions[i].Count < volume.Chunk.Count) buffers[i]!.Span.Clear(); // what overhangs is fill
        }

        int depth = regions[0].Depth;
        int pieces = Math.Min(depth, 4 * scheduler.Workers);
        int anything = 0;
        scheduler.ForEach(pieces, piece =>
        {
            int from = (int)((long)depth * piece / pieces), to = (int)((long)depth * (piece + 1) / pieces);
            if (ReadPlanes(volume, from, to, regions, buffers, cancellationToken)) Interlocked.Exchange(ref anything, 1);
        });

        if (anything != 0) return;
        for (int i = 0; i < row.Count; i++)
        {
            buffers[i]!.Release();
            buffers[i] = null;
        }
    }

    /// <summary>
    /// Reads planes <paramref name="from"/> to <paramref name="to"/> of the band that spans the regions, in blocks of rows that fit in the scratch.
    /// </summary>
    private bool ReadPlanes(Multiscale volume, int from, int to, Region[] regions, ChunkBuffer?[] buffers, CancellationToken cancellationToken)
    {
        Region first = regions[0];
        int voxel = volume.Volume.DataType.Size();
        bool anything = false;
        using IDisposable held = SegmentCache.HoldLast(); // a stack may have some slices that must be decoded among others that need not
        ChunkBuffer scratch = pool.Rent(ScratchBytes, patience, cancellationToken);
        try
        {
            foreach (Region block in Blocks(volume, first with { Z = first.Z + from, Depth = to - from }, regions[^1].EndX))
            {
                pace?.Wait(cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> voxels = scratch.Span[..((int)block.Count * voxel)];
                anything |= volume.Volume.Read(block, voxels, scratch.Span[voxels.Length..]);
                for (int i = 0; i < regions.Length; i++) Cut(volume, voxels, block, regions[i], buffers[i]!, (int)(block.Z - first.Z), (int)(block.Y - first.Y));
            }
        }
        finally
        {
            scratch.Release();
        }

        return anything;
    }

    /// <summary>
    /// Cuts a band into blocks of one plane: plane by plane, as slices lie in their files; or all planes of a few columns before the next
    /// ones where a source's files have several planes, which would be opened again for each plane if there are more than may stay open.
    /// </summary>
    /// <param name="volume">What is read.</param>
    /// <param name="band">Its planes and rows, and where its columns begin.</param>
    /// <param name="endX">The end of its columns.</param>
    private static IEnumerable<Region> Blocks(Multiscale volume, Region band, long endX)
    {
        int most = ScratchBytes / (volume.Volume.DataType.Size() + (int)volume.Volume.ScratchBytes(1));
        bool isDeep = volume.Volume.Source.Unit.Depth > 1;
        for (long x = band.X, right; x < endX; x = right)
        {
            // At least as many columns as a chunk has, and whole units.
            right = isDeep ? Math.Min(endX, volume.Volume.WidenX(x, Math.Min(endX, x + volume.Chunk.X)).End) : endX;
            int columns = (int)Math.Min(right - x, most);
            int rows = Math.Min(most / columns, band.Height);
            int bands = (band.Height + rows - 1) / rows;
            for (int i = 0; i < band.Depth * bands; i++)
            {
                (int z, int row) = isDeep ? (i % band.Depth, i / band.Depth) : (i / bands, i % bands);
                for (long left = x; left < right; left += columns)
                {
                    yield return band with
                    {
                        Z = band.Z + z, Y = band.Y + (row * rows), X = left,
                        Depth = 1, Height = Math.Min(rows, band.Height - (row * rows)), Width = (int)Math.Min(columns, right - left),
                    };
                }
            }
        }
    }

    /// <summary>Copies one chunk's part of a block of rows to its place: plane <paramref name="z"/>, from row <paramref name="y"/> of the chunk.</summary>
    private static void Cut(Multiscale volume, ReadOnlySpan<byte> voxels, in Region block, in Region region, ChunkBuffer buffer, int z, int y)
    {
        long from = Math.Max(block.X, region.X), to = Math.Min(block.EndX, region.EndX);
        if (from >= to) return;
        int voxel = volume.Volume.DataType.Size();
        int rowBytes = volume.Chunk.X * voxel, blockRow = block.Width * voxel;
        int source = (int)(from - block.X) * voxel;
        int destination = (((z * volume.Chunk.Y) + y) * rowBytes) + ((int)(from - region.X) * voxel);
        RowCopy.Copy(voxels[source..], blockRow, buffer.Span[destination..], rowBytes, (int)(to - from) * voxel, block.Height);
    }
}
