using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Chunks;

/// <summary>Which chunks of the level below an exact chunk is made of: eight, or with the Gaussian method those around them too.</summary>
internal static class ChunkParts
{
    /// <summary>True where a chunk also needs voxels beside its own.</summary>
    public static bool Overlap(Multiscale volume) => volume.Method == DownsampleMethod.Gaussian;

    /// <summary>The parts of a chunk of level 1 or above.</summary>
    public static IEnumerable<ChunkAddress> Of(Multiscale volume, ChunkAddress parent)
    {
        ChunkGrid below = volume.Levels[parent.Level - 1].Grid;
        (long firstZ, long endZ) = Span(volume, parent.Z, 1, below.Counts.Z);
        (long firstY, long endY) = Span(volume, parent.Y, 1, below.Counts.Y);
        (long firstX, long endX) = Span(volume, parent.X, 1, below.Counts.X);
        for (long z = firstZ; z < endZ; z++)
        {
            for (long y = firstY; y < endY; y++)
            {
                for (long x = firstX; x < endX; x++) yield return parent with { Level = parent.Level - 1, Z = z, Y = y, X = x };
            }
        }
    }

    /// <summary>The chunks along one axis, some levels below, that a chunk is made of.</summary>
    /// <param name="volume">Says by its method whether those beside are needed too.</param>
    /// <param name="index">The chunk's index.</param>
    /// <param name="levels">How many levels below.</param>
    /// <param name="count">Chunks that there are below.</param>
    public static (long First, long End) Span(Multiscale volume, long index, int levels, long count)
    {
        int beside = Overlap(volume) ? 1 : 0;
        long first = index, last = index;
        for (int i = 0; i < levels; i++) (first, last) = ((2 * first) - beside, (2 * last) + 1 + beside);
        return (Math.Max(0, first), Math.Min(count, last + 1));
    }
}
