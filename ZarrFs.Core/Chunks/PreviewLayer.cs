using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Pyramid.Previews;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>Some chunks of one level with the same t and z by their place, the box that spans them, and where their voxels come from.</summary>
internal sealed class PreviewLayer
{
    private readonly SlabChunk?[,,] _chunks;
    private readonly Region _first;
    private readonly long _firstY;
    private readonly long _firstX;

    /// <param name="volume">Whose chunks.</param>
    /// <param name="level">Of which level, from 1.</param>
    /// <param name="chunks">At least one.</param>
    public PreviewLayer(Multiscale volume, int level, IReadOnlyList<SlabChunk> chunks)
    {
        Volume = volume;
        Sampling = new PreviewSampling(level, volume.Method, volume.Volume.Shape);
        _first = chunks[0].Region;
        C = chunks.Min(chunk => chunk.Region.C);
        EndC = chunks.Max(chunk => chunk.Region.C) + 1;
        Y = chunks.Min(chunk => chunk.Region.Y);
        EndY = chunks.Max(chunk => chunk.Region.EndY);
        X = chunks.Min(chunk => chunk.Region.X);
        EndX = chunks.Max(chunk => chunk.Region.EndX);
        _firstY = Y / volume.Chunk.Y;
        _firstX = X / volume.Chunk.X;
        _chunks = new SlabChunk?[EndC - C, ((EndY - 1) / volume.Chunk.Y) - _firstY + 1, ((EndX - 1) / volume.Chunk.X) - _firstX + 1];
        foreach (SlabChunk chunk in chunks)
            _chunks[chunk.Region.C - C, (chunk.Region.Y / volume.Chunk.Y) - _firstY, (chunk.Region.X / volume.Chunk.X) - _firstX] = chunk;
    }

    public Multiscale Volume { get; }

    public PreviewSampling Sampling { get; }

    public long T => _first.T;

    public long C { get; }

    public long EndC { get; }

    public long Z => _first.Z;

    public long EndZ => _first.EndZ;

    public long Y { get; }

    public long EndY { get; }

    public long X { get; }

    public long EndX { get; }

    /// <summary>Narrows a span of columns to those of chunks that are to be made of a row; empty if there are none.</summary>
    public (long Start, long End) Wanted(long c, long y, long start, long end)
    {
        long row = (y / Volume.Chunk.Y) - _firstY, width = Volume.Chunk.X;
        while (start < end && _chunks[c - C, row, (start / width) - _firstX] is null) start = Math.Min(end, ((start / width) + 1) * width);
        while (start < end && _chunks[c - C, row, ((end - 1) / width) - _firstX] is null) end = Math.Max(start, (end - 1) / width * width);
        return (start, end);
    }

    /// <summary>Copies a piece of one row of the level, from column <paramref name="x"/> on, to the chunks that it belongs to, whose voxels are 0 so far.</summary>
    public void Put(long c, long z, long y, long x, ReadOnlySpan<byte> voxels)
    {
        ChunkShape shape = Volume.Chunk;
        int size = Volume.Volume.DataType.Size();
        long end = x + (voxels.Length / size);
        for (long from = x, to; from < end; from = to)
        {
            to = Math.Min(end, ((from / shape.X) + 1) * shape.X);
            if (_chunks[c - C, (y / shape.Y) - _firstY, (from / shape.X) - _firstX] is not { } chunk) continue;
            ReadOnlySpan<byte> piece = voxels.Slice((int)(from - x) * size, (int)(to - from) * size);
            if (Zeros.IsAllZero(piece)) continue;
            chunk.MarkVoxels();
            long at = ((((z - chunk.Region.Z) * shape.Y) + (y - chunk.Region.Y)) * shape.X) + (from - chunk.Region.X);
            piece.CopyTo(chunk.Buffer!.Span[(int)(at * size)..]);
        }
    }
}
