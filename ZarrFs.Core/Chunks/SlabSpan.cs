using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// The level-0 chunks that lie wholly in what must be decoded for one of them: of the same chunk row z, <c>[FirstC, EndC)</c> and so on.
/// One slice of one strip feeds all chunks of its slab; a tile those that lie in it.
/// </summary>
internal readonly record struct SlabSpan(long FirstC, long EndC, long FirstY, long EndY, long FirstX, long EndX)
{
    /// <summary>The span of a chunk; null if it does not come from decoding, and nothing but its row is worth making with it.</summary>
    public static SlabSpan? Of(Multiscale volume, in ChunkAddress address)
    {
        ReadUnit unit = volume.Volume.Source.Unit;
        if (address.Level > 0 || !unit.IsDecoded) return null;
        VolumeShape shape = volume.Volume.Shape;
        Region region = volume.Levels[0].Grid.Region(address);
        (long firstY, long endY) = Whole(volume.Volume.WidenY(region.Y, region.EndY), volume.Chunk.Y, shape.Y, address.Y);
        (long firstX, long endX) = Whole(volume.Volume.WidenX(region.X, region.EndX), volume.Chunk.X, shape.X, address.X);
        long firstC = address.C / unit.Channels * unit.Channels;
        return new SlabSpan(firstC, Math.Min(shape.C, firstC + unit.Channels), firstY, endY, firstX, endX);
    }

    /// <summary>Memory that its chunks take; what is more than can be counted is the most that can.</summary>
    public long Bytes(Multiscale volume) =>
        (long)Int128.Min(long.MaxValue, (Int128)(EndC - FirstC) * (EndY - FirstY) * (EndX - FirstX) * SizeClass.BytesOf(volume.ChunkBytes));

    /// <summary>The chunks of the span, beginning with the rest of a chunk's own row: they are wanted next.</summary>
    public IEnumerable<ChunkAddress> From(ChunkAddress address)
    {
        for (long dc = 0; dc < EndC - FirstC; dc++)
        {
            long c = FirstC + ((address.C - FirstC + dc) % (EndC - FirstC));
            for (long dy = 0; dy < EndY - FirstY; dy++)
            {
                long y = FirstY + ((address.Y - FirstY + dy) % (EndY - FirstY));
                for (long x = FirstX; x < EndX; x++)
                {
                    ChunkAddress one = address with { C = c, Y = y, X = x };
                    if (one != address) yield return one;
                }
            }
        }
    }

    /// <summary>The chunks along one axis that lie wholly in a span of voxels; the last one of the volume may overhang.</summary>
    public static (long First, long End) Whole((long Start, long End) voxels, long chunk, long limit, long own)
    {
        long first = (voxels.Start + chunk - 1) / chunk;
        long end = voxels.End == limit ? (limit + chunk - 1) / chunk : voxels.End / chunk;
        return (Math.Min(first, own), Math.Max(end, own + 1));
    }
}
