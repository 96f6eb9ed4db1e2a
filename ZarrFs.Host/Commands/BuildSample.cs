using ZarrFs.Core.Materialize.Building;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>How far a build is, as it is shown.</summary>
internal static class BuildSample
{
    public static ProgressSample Of(string stage, BuildCounters counters) =>
        new(stage, counters.TotalVoxelBytes == 0 ? 0 : (double)counters.VoxelBytes / counters.TotalVoxelBytes)
        {
            Done = counters.VoxelBytes,
            Skipped = counters.SkippedVoxelBytes,
            Total = counters.TotalVoxelBytes,
            Written = counters.WrittenBytes,
            Chunks = counters.ChunksWritten,
            Empty = counters.ChunksEmpty,
            Place = counters.Place,
        };
}
