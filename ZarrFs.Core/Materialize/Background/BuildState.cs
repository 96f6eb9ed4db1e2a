namespace ZarrFs.Core.Materialize.Background;

/// <summary>What the background build of a volume is doing.</summary>
public enum BuildState
{
    /// <summary>Its turn has not come yet.</summary>
    Waiting,

    /// <summary>It reads and makes chunks.</summary>
    Building,

    /// <summary>It would, but somebody waits for a chunk.</summary>
    Paused,

    /// <summary>Everything that is to be built is there, but for chunks of slices that are bad or have changed, which are not kept.</summary>
    Done,

    /// <summary>It has failed, and is tried again later.</summary>
    Failed,

    /// <summary>Nothing is built: it does not fit in the cache or in memory.</summary>
    Skipped,
}
