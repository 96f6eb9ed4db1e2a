using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>Which 3-D volumes of a multiscale are built: all time points and channels, or those that a store with axes z, y, x shows.</summary>
/// <param name="Volume">All of them.</param>
/// <param name="OnlyLeading">True for the one channel and time point of <see cref="Multiscale.Leading"/>.</param>
public sealed record BuildScope(Multiscale Volume, bool OnlyLeading)
{
    /// <summary>Channels that are read together, since the source's pixels hold them together.</summary>
    public int Channels => OnlyLeading ? 1 : (int)Math.Min(Volume.Volume.Shape.C, Volume.Volume.Source.Unit.Channels);

    /// <summary>Bytes of level-0 voxels.</summary>
    public long VoxelBytes
    {
        get
        {
            VolumeShape shape = Volume.Volume.Shape;
            long volumes = OnlyLeading ? 1 : checked(shape.T * shape.C);
            return checked(volumes * shape.Z * shape.Y * shape.X * Volume.Volume.DataType.Size());
        }
    }

    /// <summary>Time point, first channel and number of channels of each build.</summary>
    public IEnumerable<(long T, long C, int Channels)> Parts()
    {
        if (OnlyLeading)
        {
            yield return (Volume.Leading.T, Volume.Leading.C, 1);
            yield break;
        }

        VolumeShape shape = Volume.Volume.Shape;
        for (long t = 0; t < shape.T; t++)
        {
            for (long c = 0; c < shape.C; c += Channels) yield return (t, c, (int)Math.Min(Channels, shape.C - c));
        }
    }

    /// <summary>Bytes of the voxels that exist in a run.</summary>
    internal long BytesOf(in ChunkRun run)
    {
        ChunkGrid grid = Volume.Levels[run.Level].Grid;
        Region first = grid.Region(run[0]), last = grid.Region(run[run.Count - 1]);
        return (long)first.Depth * first.Height * (last.EndX - first.X) * run.Channels * Volume.Volume.DataType.Size();
    }
}
