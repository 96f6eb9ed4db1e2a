using ZarrFs.Core.Cache;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Extending;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;

namespace ZarrFs.Tests.Materialize;

/// <summary>Levels that are added to an image, and a kill in the last steps.</summary>
internal static class StoppedExtension
{
    /// <summary>What a store is that levels are added to.</summary>
    public static StoreTarget Target(StoreExtension plan, bool overwrite) => new()
    {
        Path = plan.Path, Levels = plan.Levels, Documents = _ => plan.Documents, Identity = plan.Identity, Extends = true, Overwrite = overwrite, Removes = plan.Removes,
    };

    /// <summary>Adds levels to an image that has none from the first new one on, and stops in the last steps.</summary>
    /// <param name="path">The image.</param>
    /// <param name="first">Number of the first new level.</param>
    /// <param name="levels">How many it is to have; null for all.</param>
    /// <param name="method">How they are made.</param>
    /// <param name="isStop">Asked before something is forced to the disk; true to stop there.</param>
    /// <returns>True if it was not stopped.</returns>
    public static bool Run(string path, int first, int? levels, DownsampleMethod method, Func<string, bool> isStop)
    {
        using var pool = new BufferPool(64 << 20);
        using StoreExtension plan = StoreExtension.Plan(path, first, levels, method, overwrite: false, new SourceOptions { Pool = pool, BadSlices = BadSlicePolicy.Fail });
        StoreTarget target = Target(plan, overwrite: false) with { Durability = Durability.End };
        var counters = new BuildCounters();
        RecordedSync? sync = null;
        using StoreWriter store = StoreWriter.Open(target, counters, directory => sync = new RecordedSync(directory), RecordedSync.OnlyWhenAsked);
        PyramidBuilder.Run(BuildPlan.For(new BuildScope(plan.Multiscale, OnlyLeading: false), pool.Budget / 2, 2), pool, store, counters, CancellationToken.None);
        sync!.Calling = call =>
        {
            if (isStop(call)) throw new InterruptedSink.Interruption();
        };
        try
        {
            store.Finish();
            return true;
        }
        catch (InterruptedSink.Interruption)
        {
            return false;
        }
    }
}
