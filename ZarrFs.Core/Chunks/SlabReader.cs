using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Reads many chunks of one chunk row z from a source that must be decoded: plane by plane, shared out among the idle workers, and within
/// a plane decoded unit by decoded unit, so that each is decoded once and a worker needs memory for one. Units of several planes are shared
/// out themselves.
/// </summary>
internal sealed class SlabReader(BufferPool pool, ChunkScheduler scheduler, TimeSpan patience, IPace? pace = null)
{
    /// <summary>Fills the buffers and scratch places of some chunks with the same t and z.</summary>
    public void Read(Multiscale volume, IReadOnlyList<SlabChunk> chunks, CancellationToken cancellationToken)
    {
        var slab = new Slab(volume, chunks);
        scheduler.ForEach(chunks.Count, i =>
        {
            if (chunks[i].Buffer is { } buffer && chunks[i].Region.Count < volume.Chunk.Count) buffer.Span.Clear(); // what overhangs is fill
        });
        Region first = chunks[0].Region;
        (long Start, long End)[] depths = [.. Units(volume.Volume.WidenZ, first.Z, first.EndZ)];
        bool isDeep = volume.Volume.Source.Unit.Depth > 1;
        (long Start, long End)[] heights = isDeep ? [.. Units(volume.Volume.WidenY, slab.Y, slab.EndY)] : [(slab.Y, slab.EndY)];
        (long Start, long End)[] widths = isDeep ? [.. Units(volume.Volume.WidenX, slab.X, slab.EndX)] : [(slab.X, slab.EndX)];
        scheduler.ForEach(checked(depths.Length * heights.Length * widths.Length), i =>
        {
            (int row, int x) = Math.DivRem(i, widths.Length);
            (int z, int y) = Math.DivRem(row, heights.Length);
            ReadUnits(slab, depths[z], heights[y], widths[x], cancellationToken);
        });
    }

    /// <summary>Cuts a span of voxels where units end.</summary>
    private static IEnumerable<(long Start, long End)> Units(Func<long, long, (long Start, long End)> widen, long start, long end)
    {
        for (long from = start, to; from < end; from = to)
        {
            to = Math.Min(end, widen(from, from + 1).End);
            yield return (from, to);
        }
    }

    private void ReadUnits(Slab slab, (long Start, long End) depth, (long Start, long End) height, (long Start, long End) width, CancellationToken cancellationToken)
    {
        using IDisposable held = SegmentCache.HoldLast();
        ChunkBuffer read = pool.Rent(BandReader.ScratchBytes, patience, cancellationToken);
        ChunkBuffer? gathered = null;
        try
        {
            gathered = pool.Rent(BandReader.ScratchBytes, patience, cancellationToken);
            Volume volume = slab.Volume.Volume;
            foreach ((long y, long endY) in Units(volume.WidenY, height.Start, height.End))
            {
                foreach ((long x, long endX) in Units(volume.WidenX, width.Start, width.End))
                {
                    for (long z = depth.Start; z < depth.End; z++)
                    {
                        for (long c = slab.C; c < slab.EndC; c++)
                        {
                            foreach (Region block in slab.Blocks(c, z, y, endY, x, endX))
                            {
                                pace?.Wait(cancellationToken);
                                cancellationToken.ThrowIfCancellationRequested();
                                ReadBlock(slab, block, read.Span, gathered.Span);
                            }
                        }
                    }
                }
            }
        }
        finally
        {
            gathered?.Release();
            read.Release();
        }
    }

    /// <summary>Reads a block, which lies within one row of chunks, and cuts it into those.</summary>
    private static void ReadBlock(Slab slab, in Region block, Span<byte> scratch, Span<byte> gathered)
    {
        Span<byte> voxels = scratch[..((int)block.Count * slab.VoxelBytes)];
        slab.Volume.Volume.Read(block, voxels, scratch[voxels.Length..]);
        for (long x = block.X / slab.Chunk.X; x <= (block.EndX - 1) / slab.Chunk.X; x++)
        {
            if (slab.At(block.C, block.Y / slab.Chunk.Y, x) is { } chunk) Cut(slab, chunk, voxels, block, gathered);
        }
    }

    private static void Cut(Slab slab, SlabChunk chunk, ReadOnlySpan<byte> voxels, in Region block, Span<byte> gathered)
    {
        int voxel = slab.VoxelBytes, z = (int)(block.Z - chunk.Region.Z);
        long from = Math.Max(block.X, chunk.Region.X), to = Math.Min(block.EndX, chunk.Region.EndX);
        int rowBytes = slab.Chunk.X * voxel, blockRow = block.Width * voxel, length = (int)(to - from) * voxel;
        ReadOnlySpan<byte> source = voxels[((int)(from - block.X) * voxel)..];
        int destination = (((z * slab.Chunk.Y) + (int)(block.Y - chunk.Region.Y)) * rowBytes) + ((int)(from - chunk.Region.X) * voxel);
        for (int row = 0; row < block.Height && !chunk.HasVoxels; row++)
        {
            if (!Zeros.IsAllZero(source.Slice(row * blockRow, length))) chunk.MarkVoxels();
        }

        if (chunk.Buffer is { } buffer)
        {
            RowCopy.Copy(source, blockRow, buffer.Span[destination..], rowBytes, length, block.Height);
        }
        else if (from == chunk.Region.X && to == chunk.Region.EndX && (long)rowBytes * block.Height <= gathered.Length)
        {
            // One write for each plane of a chunk; copied so that it stays in the processor's cache until then.
            gathered = gathered[..(rowBytes * block.Height)];
            for (int row = 0; row < block.Height; row++)
            {
                source.Slice(row * blockRow, length).CopyTo(gathered[(row * rowBytes)..]);
                gathered[(row * rowBytes + length)..((row + 1) * rowBytes)].Clear();
            }

            chunk.Slot!.Write(destination, gathered);
        }
        else
        {
            for (int row = 0; row < block.Height; row++) chunk.Slot!.Write(destination + row * rowBytes, source.Slice(row * blockRow, length));
        }
    }

    /// <summary>The chunks by their place, and the box that spans them.</summary>
    private sealed class Slab
    {
        private readonly SlabChunk?[,,] _chunks;
        private readonly long _firstY;
        private readonly long _firstX;
        private readonly SlabChunk _first;
        private readonly int _most;

        public Slab(Multiscale volume, IReadOnlyList<SlabChunk> chunks)
        {
            Volume = volume;
            VoxelBytes = volume.Volume.DataType.Size();
            _most = BandReader.ScratchBytes / (VoxelBytes + (int)volume.Volume.ScratchBytes(1));
            _first = chunks[0];
            C = chunks.Min(chunk => chunk.Region.C);
            EndC = chunks.Max(chunk => chunk.Region.C) + 1;
            Y = chunks.Min(chunk => chunk.Region.Y);
            EndY = chunks.Max(chunk => chunk.Region.EndY);
            X = chunks.Min(chunk => chunk.Region.X);
            EndX = chunks.Max(chunk => chunk.Region.EndX);
            _firstY = Y / Chunk.Y;
            _firstX = X / Chunk.X;
            _chunks = new SlabChunk?[EndC - C, (EndY - 1) / Chunk.Y - _firstY + 1, (EndX - 1) / Chunk.X - _firstX + 1];
            foreach (SlabChunk chunk in chunks) _chunks[chunk.Region.C - C, chunk.Region.Y / Chunk.Y - _firstY, chunk.Region.X / Chunk.X - _firstX] = chunk;
        }

        public Multiscale Volume { get; }

        public ChunkShape Chunk => Volume.Chunk;

        public int VoxelBytes { get; }

        public long C { get; }

        public long EndC { get; }

        public long Y { get; }

        public long EndY { get; }

        public long X { get; }

        public long EndX { get; }

        public SlabChunk? At(long c, long y, long x) => _chunks[c - C, y - _firstY, x - _firstX];

        /// <summary>
        /// Cuts a box of one plane into blocks that fit in the scratch: of one row of chunks each, whole chunks wide if possible, and only
        /// where there are chunks to be made.
        /// </summary>
        public IEnumerable<Region> Blocks(long c, long z, long y, long endY, long x, long endX)
        {
            for (long top = y, bottom; top < endY; top = bottom)
            {
                bottom = Math.Min(endY, (top / Chunk.Y + 1) * Chunk.Y);
                int rows = (int)Math.Min(bottom - top, Math.Max(1, _most / Math.Min(Chunk.X, endX - x)));
                long columns = Math.Max(1, _most / rows);
                if (columns > Chunk.X) columns = columns / Chunk.X * Chunk.X;
                for (long left = x, right; left < endX; left = right)
                {
                    right = Math.Min(endX, columns >= Chunk.X ? (left / Chunk.X * Chunk.X) + columns : left + columns);
                    if (!Any(c, top, left, right)) continue;
                    for (long row = top; row < bottom; row += rows)
                    {
                        yield return _first.Region with
                        {
                            C = c, Z = z, Y = row, X = left,
                            Depth = 1, Height = (int)Math.Min(rows, bottom - row), Width = (int)(right - left),
                        };
                    }
                }
            }
        }

        private bool Any(long c, long y, long x, long endX)
        {
            for (long column = x / Chunk.X; column <= (endX - 1) / Chunk.X; column++)
            {
                if (At(c, y / Chunk.Y, column) is not null) return true;
            }

            return false;
        }
    }
}
