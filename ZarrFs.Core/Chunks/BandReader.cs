using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Reads a row of level-0 chunks: plane by plane whole rows into a scratch that stays in the processor's cache, cut into the chunks from
/// there. Planes are shared out among the idle workers.
/// </summary>
internal sealed class BandReader(BufferPool pool, ChunkScheduler scheduler, TimeSpan patience)
{
    /// <summary>Reads the chunks of <paramref name="row"/>, ascending in x with or without gaps, into new buffers; null stands for all fill.</summary>
    public void Read(Multiscale volume, List<ChunkFlight> row, ChunkBuffer?[] buffers, CancellationToken cancellationToken)
    {
        ChunkGrid grid = volume.Levels[0].Grid;
        Region first = grid.Region(row[0].Address);
        Region last = grid.Region(row[^1].Address);
        Region band = first with { Width = checked((int)(last.EndX - first.X)) };
        for (int i = 0; i < row.Count; i++)
        {
            buffers[i] = pool.Rent(volume.ChunkBytes, patience, cancellationToken);
            if (grid.Region(row[i].Address).Count < volume.Chunk.Count) buffers[i]!.Span.Clear(); // what overhangs is fill
        }

        int pieces = Math.Min(band.Depth, 4 * scheduler.Workers);
        int anything = 0;
        scheduler.ForEach(pieces, piece =>
        {
            int from = (int)((long)band.Depth * piece / pieces), to = (int)((long)band.Depth * (piece + 1) / pieces);
            if (ReadPlanes(volume, band with { Z = band.Z + from, Depth = to - from }, from, row, buffers, cancellationToken))
                Interlocked.Exchange(ref anything, 1);
        });

        if (anything != 0) return;
        for (int i = 0; i < row.Count; i++)
        {
            buffers[i]!.Release();
            buffers[i] = null;
        }
    }

    private bool ReadPlanes(
        Multiscale volume, in Region band, int firstPlane, List<ChunkFlight> row, ChunkBuffer?[] buffers, CancellationToken cancellationToken)
    {
        int voxel = volume.Volume.DataType.Size();
        int bandRow = band.Width * voxel;
        long rowScratch = bandRow + volume.Volume.ScratchBytes(band.Width);
        int rows = (int)Math.Clamp(ChunkMaker.ScratchBytes / rowScratch, 1, band.Height);
        bool anything = false;
        ChunkBuffer scratch = pool.Rent(ScratchLength(rows * rowScratch), patience, cancellationToken);
        try
        {
            Span<byte> wanted = scratch.Span[..(rows * bandRow)];
            Span<byte> unconverted = scratch.Span[(rows * bandRow)..];
            for (int z = 0; z < band.Depth; z++)
            {
                for (int y = 0; y < band.Height; y += rows)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int height = Math.Min(rows, band.Height - y);
                    Region block = band with { Z = band.Z + z, Y = band.Y + y, Depth = 1, Height = height };
                    anything |= volume.Volume.Read(block, wanted[..(height * bandRow)], unconverted);
                    for (int i = 0; i < row.Count; i++) Cut(volume, wanted, bandRow, band.X, row[i].Address, buffers[i]!, firstPlane + z, y, height);
                }
            }
        }
        finally
        {
            scratch.Release();
        }

        return anything;
    }

    /// <summary>Copies one chunk's part of a block of rows to its place.</summary>
    private static void Cut(
        Multiscale volume, ReadOnlySpan<byte> block, int blockRow, long blockX, in ChunkAddress address, ChunkBuffer buffer, int z, int y, int height)
    {
        ChunkShape chunk = volume.Chunk;
        Region region = volume.Levels[0].Grid.Region(address);
        int voxel = volume.Volume.DataType.Size();
        int from = (int)(region.X - blockX) * voxel;
        int length = region.Width * voxel;
        int rowBytes = chunk.X * voxel;
        Span<byte> to = buffer.Span[(((z * chunk.Y) + y) * rowBytes)..];
        RowCopy.Copy(block[from..], blockRow, to, rowBytes, length, height);
    }

    // Few lengths, so that scratch buffers are shared between volumes.
    private static int ScratchLength(long bytes) => checked((int)Math.Max(ChunkMaker.ScratchBytes, (bytes + ChunkMaker.ScratchBytes - 1) / ChunkMaker.ScratchBytes * ChunkMaker.ScratchBytes));
}
