using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// The chunks of a level whose previews are made together: where the source is decoded, those that lie in what must be decoded for one of them;
/// else neighbours along x, whose rows are read in one go.
/// </summary>
internal static class PreviewSpan
{
    // A page of the system's cache: what is read of a row beyond it costs whoever waits for one of the chunks as much again.
    private const int MostRowBytes = 4 << 10;

    // Nor should he wait for many to be filled.
    private const int MostChunks = 4;

    /// <summary>The span of a preview.</summary>
    public static SlabSpan Of(Multiscale volume, in ChunkAddress address)
    {
        ReadUnit unit = volume.Volume.Source.Unit;
        VolumeShape shape = volume.Volume.Shape, counts = volume.Levels[address.Level].Grid.Counts;
        long height = (long)volume.Chunk.Y << address.Level, width = (long)volume.Chunk.X << address.Level;
        if (!unit.IsDecoded)
        {
            long chunks = MostChunks;
            while (chunks > 1 && chunks * width * volume.Volume.DataType.Size() > MostRowBytes) chunks /= 2;
            long first = address.X / chunks * chunks;
            return new SlabSpan(address.C, address.C + 1, address.Y, address.Y + 1, first, Math.Min(counts.X, first + chunks));
        }

        long y = address.Y * height, x = address.X * width;
        (long firstY, long endY) = SlabSpan.Whole(volume.Volume.WidenY(y, Math.Min(shape.Y, y + height)), height, shape.Y, address.Y);
        (long firstX, long endX) = SlabSpan.Whole(volume.Volume.WidenX(x, Math.Min(shape.X, x + width)), width, shape.X, address.X);
        long firstC = address.C / unit.Channels * unit.Channels;
        return new SlabSpan(firstC, Math.Min(shape.C, firstC + unit.Channels), firstY, endY, firstX, endX);
    }
}
