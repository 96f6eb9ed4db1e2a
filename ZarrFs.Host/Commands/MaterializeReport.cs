using System.Text;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Materialize.Building;

namespace ZarrFs.Host.Commands;

/// <summary>What is said when a store is finished: what was written where, how fast, and what to do with it.</summary>
internal static class MaterializeReport
{
    public static string Of(StoreWork work, StoreSettings store, Materializer materializer, TimeSpan took)
    {
        BuildCounters counters = materializer.Counters;
        long voxels = counters.MadeVoxelBytes;
        double seconds = Math.Max(took.TotalSeconds, 1e-3);
        var text = new StringBuilder();
        text.AppendLine($"{store.Path}: {work.Kind}");
        text.AppendLine(StoreSummary.Levels(work));
        string now = materializer.IsResumed ? "in this run " : "";
        text.AppendLine(
            $"Written {now}in {Amounts.Time(took)}: {counters.ChunksWritten} chunks, {Amounts.Bytes(counters.WrittenBytes)} ({Amounts.Bytes(counters.WrittenBytes / seconds)}/s) "
            + $"from {Amounts.Bytes(voxels)} of voxels ({Amounts.Bytes(voxels / seconds)}/s); {counters.ChunksEmpty} chunks are all fill and have no file");
        if (store.FromCache) text.AppendLine($"{materializer.FromCache} chunks came from the cache");
        text.Append(StoreSummary.NextSteps(work, store));
        return text.ToString();
    }
}
