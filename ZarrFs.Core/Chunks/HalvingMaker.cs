using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>Makes chunks by halving on demand: a chunk needs the eight of the level below and no voxel beside them.</summary>
internal sealed class HalvingMaker(IReadOnlyList<Multiscale> volumes, BufferPool pool, ChunkCache cache, ChunkScheduler scheduler, TimeSpan patience)
{
    private readonly PerVolume<Downsampler?> _downsamplers = new(
        volumes, v => v.Levels.Count > 1 && v.Method != DownsampleMethod.Gaussian ? Downsampler.Create(v.Method, v.Volume.DataType) : null);

    /// <summary>Makes a row of level n+1 from the four rows of level n below it.</summary>
    /// <param name="volume">Whose chunks.</param>
    /// <param name="row">Which: neighbours along x.</param>
    /// <param name="parents">How many are made at a time: their parts are a row of the level below.</param>
    /// <param name="buffers">Takes what is made, where null stands for all fill.</param>
    /// <param name="obtain">Gives leases on some chunks of a row.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public void Make(
        Multiscale volume, IReadOnlyList<ChunkAddress> row, int parents, ChunkBuffer?[] buffers,
        Func<List<ChunkAddress>, Dictionary<ChunkAddress, Lease>> obtain, CancellationToken cancellationToken)
    {
        ChunkGrid below = volume.Levels[row[0].Level - 1].Grid;
        for (int corner = 0; corner < 4; corner++)
        {
            for (int start = 0; start < row.Count; start += parents)
            {
                int count = Math.Min(parents, row.Count - start);
                var wanted = new List<ChunkAddress>(2 * count);
                for (int i = start; i < start + count; i++)
                {
                    for (int side = 0; side < 2; side++)
                    {
                        ChunkAddress child = Child(row[i], corner, side);
                        if (below.Contains(child)) wanted.Add(child);
                    }
                }

                if (wanted.Count == 0) continue;
                Dictionary<ChunkAddress, Lease> children = obtain(wanted);
                try
                {
                    int from = start;
                    scheduler.ForEach(count, i => HalveInto(volume, below, row[from + i], corner, children, ref buffers[from + i], cancellationToken));
                }
                finally
                {
                    foreach (Lease lease in children.Values) lease.Dispose();
                }
            }
        }
    }

    private void HalveInto(
        Multiscale volume, in ChunkGrid below, in ChunkAddress parent, int corner,
        Dictionary<ChunkAddress, Lease> children, ref ChunkBuffer? buffer, CancellationToken cancellationToken)
    {
        ChunkShape chunk = volume.Chunk;
        int voxel = volume.ChunkBytes / (int)chunk.Count;
        int rowBytes = chunk.X * voxel, planeBytes = chunk.Y * rowBytes;
        for (int side = 0; side < 2; side++)
        {
            ChunkAddress child = Child(parent, corner, side);
            if (!children.TryGetValue(child, out Lease? lease) || ReferenceEquals(lease.Buffer, cache.Zeros(volume.ChunkBytes))) continue;
            cancellationToken.ThrowIfCancellationRequested();
            if (buffer is null)
            {
                buffer = pool.Rent(volume.ChunkBytes, patience, cancellationToken);
                buffer.Span.Clear();
            }

            Region box = below.Region(child);
            int offset = ((corner >> 1) * (chunk.Z / 2) * planeBytes) + ((corner & 1) * (chunk.Y / 2) * rowBytes) + (side * (chunk.X / 2) * voxel);
            _downsamplers[parent.Volume]!.Halve(
                lease.Span, planeBytes, rowBytes, box.Depth, box.Height, box.Width, buffer.Span[offset..], planeBytes, rowBytes);
        }
    }

    private static ChunkAddress Child(in ChunkAddress parent, int corner, int side) => parent with
    {
        Level = parent.Level - 1,
        Z = (2 * parent.Z) + (corner >> 1),
        Y = (2 * parent.Y) + (corner & 1),
        X = (2 * parent.X) + side,
    };
}
