using ZarrFs.Core.Cache;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Materialize.Verifying;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>Compares a finished store with its source and tells what differs: the end of <c>materialize --verify</c>, and <c>verify</c>.</summary>
internal sealed class Verification(string store, BuildPlan plan, IReadOnlyList<LevelPlace?> levels, IReadOnlyList<StoreDocument> documents)
{
    private const int MostTold = 20;

    /// <summary>Compares everything.</summary>
    /// <returns>The exit code.</returns>
    public int Run(BufferPool pool, ProgressStyle style, CancellationToken stop)
    {
        var counters = new BuildCounters();
        using StoreVerifier verifier = StoreVerifier.Open(store, levels, documents, plan.Workers);
        try
        {
            ProgressDisplay.Run(style, () => BuildSample.Of("verify", counters), () => PyramidBuilder.Run(plan, pool, verifier, counters, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine($"zarrfs: stopped; {ProgressWords.Percent((double)counters.VoxelBytes / counters.TotalVoxelBytes)} of {store} was compared");
            return Interruption.ExitCode;
        }

        return Tell(verifier.Report());
    }

    private int Tell(StoreReport report)
    {
        if (report.IsGood)
        {
            Console.WriteLine($"{store}: all {report.Chunks} chunks of {plan.Scope.Volume.Levels.Count} levels are what the source makes");
            return 0;
        }

        foreach (IGrouping<StoreDifferenceKind, StoreDifference> kind in report.Differences.GroupBy(difference => difference.Kind))
        {
            foreach (StoreDifference difference in kind.Take(MostTold)) Console.WriteLine(difference);
            long more = report.Counts[kind.Key] - Math.Min(MostTold, kind.Count());
            if (more > 0) Console.WriteLine($"… and {more} more of this kind");
        }

        Console.Error.WriteLine(
            $"zarrfs: {store} differs from its source in {report.Counts.Values.Sum()} places ({string.Join(", ", report.Counts.Select(count => $"{count.Value} {Words(count.Key)}"))}); "
            + "check that the options are those it was written with (--ranges, --shift, --channel, --time are not in it), or write it anew with materialize --overwrite");
        return 1;
    }

    private static string Words(StoreDifferenceKind kind) => kind switch
    {
        StoreDifferenceKind.Metadata => "in metadata",
        StoreDifferenceKind.Missing => "chunks missing",
        StoreDifferenceKind.Voxels => "chunks with other voxels",
        StoreDifferenceKind.Unreadable => "chunks unreadable",
        _ => "files too many",
    };
}
