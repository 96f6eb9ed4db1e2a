using ZarrFs.Core.Materialize.Building;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>How far a build is, as it is shown.</summary>
internal static class BuildSample
{
    public static ProgressSample Of(string stage, BuildCounters counters)
    {
        // Each once: the build goes on meanwhile, and the sum must be that of its parts.
        long made = counters.MadeVoxelBytes, skipped = counters.SkippedVoxelBytes;
        return new ProgressSample(stage, counters.TotalVoxelBytes == 0 ? 0 : (double)(made + skipped) / counters.TotalVoxelBytes)
        {
            Done = made + skipped,
            Skipped = skipped,
            Total = counters.TotalVoxelBytes,
            Written = counters.WrittenBytes,
            Chunks = counters.ChunksWritten,
            Empty = counters.ChunksEmpty,
            Place = counters.Place,
        };
    }
}
