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
        long rowBytes = shape.X * source.DataType.Size();
        int rows = (int)Math.Clamp(MostBytes / rowBytes, 1, shape.Y);
        long planes = shape.T * shape.C * shape.Z, done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop };
        Parallel.For(0L, planes, parallel, () => new byte[checked(rows * rowBytes)], (plane, _, voxels) =>
        {
            (long rest, long z) = Math.DivRem(plane, shape.Z);
            (long t, long c) = Math.DivRem(rest, shape.C);
            // Samples that are decoded together are good or bad together.
            if (c % source.Unit.Channels == 0)
            {
                for (long y = 0; y < shape.Y; y += rows)
                    source.Read(new Region(t, c, z, y, 0, 1, (int)Math.Min(rows, shape.Y - y), (int)shape.X), voxels);
            }

            progress?.Report((double)Interlocked.Increment(ref done) / planes);
            return voxels;
        }, static _ => { });
    }
}
