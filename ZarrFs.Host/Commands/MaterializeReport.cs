using System.Text;
using ZarrFs.Core.Materialize;

namespace ZarrFs.Host.Commands;

/// <summary>What is said when a store is finished: what was written where, how fast, and what to do with it.</summary>
internal static class MaterializeReport
{
    public static string Of(Materializer materializer, StoreSettings store, TimeSpan took)
    {
        BuildCounters counters = materializer.Counters;
        long voxels = counters.VoxelBytes - counters.SkippedVoxelBytes;
        double seconds = Math.Max(took.TotalSeconds, 1e-3);
        var text = new StringBuilder();
        text.AppendLine($"{store.Path}: {StoreSummary.Kind(materializer.Plan.Scope, store.Format, store.Compression)}");
        text.AppendLine(StoreSummary.Levels(materializer.Plan.Scope));
        string now = materializer.IsResumed ? "in this run " : "";
        text.AppendLine(
            $"Written {now}in {Amounts.Time(took)}: {counters.ChunksWritten} chunks, {Amounts.Bytes(counters.WrittenBytes)} ({Amounts.Bytes(counters.WrittenBytes / seconds)}/s) "
            + $"from {Amounts.Bytes(voxels)} of voxels ({Amounts.Bytes(voxels / seconds)}/s); {counters.ChunksEmpty} chunks are all fill and have no file");
        text.AppendLine(StoreSummary.NextSteps(store.Path, materializer.Plan.Scope.Volume.Volume.Source.Path, store.Format));
        return text.ToString();
    }
}
