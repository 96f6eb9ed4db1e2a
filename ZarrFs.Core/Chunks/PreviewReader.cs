using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Pyramid.Previews;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Reads the rows that previews are made of, one by one, and reduces each while it is in the processor's cache. Planes are shared out among the
/// idle workers. Where units are decoded, or have several planes, one is done with before the next, so that each is decoded or opened once.
/// </summary>
internal sealed class PreviewReader(BufferPool pool, ChunkScheduler scheduler, TimeSpan patience)
{
    /// <summary>Fills the buffers of some chunks of one level with the same t and z.</summary>
    public void Read(Multiscale volume, int level, IReadOnlyList<SlabChunk> chunks, CancellationToken cancellationToken)
    {
        var layer = new PreviewLayer(volume, level, chunks);
        var reducer = RowReducer.Create(volume.Method, volume.Volume.DataType);
        scheduler.ForEach(chunks.Count, i => chunks[i].Buffer!.Span.Clear());

        bool isDeep = volume.Volume.Source.Unit.Depth > 1;
        (long Start, long End)[] depths = [.. Units(layer.Sampling.Plane, volume.Volume.WidenZ, layer.Z, layer.EndZ)];
        (long Start, long End)[] heights = isDeep ? [.. Heights(layer, layer.Y, layer.EndY)] : [(layer.Y, layer.EndY)];
        (long Start, long End)[] widths = isDeep ? [.. Widths(layer, layer.X, layer.EndX)] : [(layer.X, layer.EndX)];
        scheduler.ForEach(checked(depths.Length * heights.Length * widths.Length), i =>
        {
            (int row, int x) = Math.DivRem(i, widths.Length);
            (int z, int y) = Math.DivRem(row, heights.Length);
            ReadUnits(layer, reducer, depths[z], heights[y], widths[x], cancellationToken);
        });
    }

    private static IEnumerable<(long Start, long End)> Heights(PreviewLayer layer, long start, long end) =>
        Units(layer.Sampling.Row, layer.Volume.Volume.WidenY, start, end);

    private static IEnumerable<(long Start, long End)> Widths(PreviewLayer layer, long start, long end) =>
        Units(layer.Sampling.Column, layer.Volume.Volume.WidenX, start, end);

    /// <summary>Cuts a span of a level where units of the source end.</summary>
    /// <param name="at">Where a voxel of the level is looked for in level 0.</param>
    /// <param name="widen">Widens a span of level 0 to units.</param>
    /// <param name="start">The span's first voxel.</param>
    /// <param name="end">The first after it.</param>
    private static IEnumerable<(long Start, long End)> Units(Func<long, long> at, Func<long, long, (long Start, long End)> widen, long start, long end)
    {
        for (long from = start, to; from < end; from = to)
        {
            long unit = widen(at(from), at(from) + 1).End;
            to = from + 1;
            while (to < end && at(to) < unit) to++;
            yield return (from, to);
        }
    }

    private void ReadUnits(
        PreviewLayer layer, RowReducer reducer, (long Start, long End) depth, (long Start, long End) height, (long Start, long End) width,
        CancellationToken cancellationToken)
    {
        ReadUnit unit = layer.Volume.Volume.Source.Unit;
        bool inUnits = unit.IsDecoded || unit.Depth > 1;
        using IDisposable held = SegmentCache.HoldLast();
        ChunkBuffer scratch = pool.Rent(BandReader.ScratchBytes, patience, cancellationToken);
        try
        {
            foreach ((long y, long endY) in inUnits ? Heights(layer, height.Start, height.End) : [height])
            {
                foreach ((long x, long endX) in inUnits ? Widths(layer, width.Start, width.End) : [width])
                {
                    for (long z = depth.Start; z < depth.End; z++)
                    {
                        for (long c = layer.C; c < layer.EndC; c++)
                        {
                            for (long row = y; row < endY; row++)
                            {
                                cancellationToken.ThrowIfCancellationRequested();
                                (long from, long to) = layer.Wanted(c, row, x, endX);
                                ReadRow(layer, reducer, c, z, row, from, to, scratch.Span);
                            }
                        }
                    }
                }
            }
        }
        finally
        {
            scratch.Release();
        }
    }

    private static void ReadRow(PreviewLayer layer, RowReducer reducer, long c, long z, long y, long x, long endX, Span<byte> scratch)
    {
        Volume volume = layer.Volume.Volume;
        PreviewSampling sampling = layer.Sampling;
        int size = volume.DataType.Size(), group = sampling.Group;
        int most = Math.Max(1, scratch.Length / (size + (int)volume.ScratchBytes(1)) / group);
        for (long from = x, to; from < endX; from = to)
        {
            // Groups that are cut short do not lie side by side.
            to = group < RowReducer.MostVoxels ? Math.Min(endX, from + most) : from + 1;
            long left = sampling.Column(from);
            int columns = (int)Math.Min((to - from) * group, volume.Shape.X - left);
            var region = new Region(layer.T, c, sampling.Plane(z), sampling.Row(y), left, 1, 1, columns);
            Span<byte> voxels = scratch[..(columns * size)];
            if (!volume.Read(region, voxels, scratch[voxels.Length..])) continue; // 0 already
            reducer.Reduce(voxels, columns, group);
            layer.Put(c, z, y, from, voxels[..((int)(to - from) * size)]);
        }
    }
}
