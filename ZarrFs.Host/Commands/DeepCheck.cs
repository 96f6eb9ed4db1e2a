using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Commands;

/// <summary>Reads every voxel of a source, on all cores, so that what only decoding finds out is among its problems.</summary>
internal static class DeepCheck
{
    /// <summary>Bytes read at once: a whole plane where possible, so that a strip is decoded once.</summary>
    private const long MostBytes = 1 << 30;

    public static void Run(ISource source, IProgress<double>? progress, CancellationToken stop)
    {
        VolumeShape shape = source.Shape;
        ReadUnit unit = source.Unit;
        int depth = unit.IsDecoded ? (int)Math.Min(unit.Depth, shape.Z) : 1;
        long rowBytes = depth * shape.X * source.DataType.Size();
        long rows = Math.Clamp(MostBytes / rowBytes, 1, shape.Y);
        if (rows > unit.Height && depth > 1) rows = rows / unit.Height * unit.Height;
        long layers = (shape.Z - 1) / depth + 1, pieces = shape.T * shape.C * layers, done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop };
        Parallel.For(0L, pieces, parallel, () => new byte[checked(rows * rowBytes)], (piece, _, voxels) =>
        {
            (long rest, long layer) = Math.DivRem(piece, layers);
            (long t, long c) = Math.DivRem(rest, shape.C);
            // Samples that are decoded together are good or bad together.
            if (c % unit.Channels == 0)
            {
                long z = layer * depth;
                for (long y = 0; y < shape.Y; y += rows)
                    source.Read(new Region(t, c, z, y, 0, (int)Math.Min(depth, shape.Z - z), (int)Math.Min(rows, shape.Y - y), (int)shape.X), voxels);
            }

            progress?.Report((double)Interlocked.Increment(ref done) / pieces);
            return voxels;
        }, static _ => { });
    }
}
