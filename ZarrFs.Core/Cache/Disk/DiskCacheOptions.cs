namespace ZarrFs.Core.Cache.Disk;

/// <summary>Where chunks are kept on a disk, and how many bytes of them.</summary>
/// <param name="Directory">A directory of its own; made if it is not there.</param>
/// <param name="MaxBytes">Most bytes of all chunk files in it, each counted in whole blocks of 4096.</param>
/// <param name="Level0">Whether chunks of level 0 are kept.</param>
public sealed record DiskCacheOptions(string Directory, long MaxBytes, Level0Caching Level0 = Level0Caching.Auto)
{
    /// <summary>
    /// False if nobody has said the limit: it may be far below what somebody has put there on purpose. Then nothing goes but for what comes, and no
    /// more of it.
    /// </summary>
    public bool IsLimitSaid { get; init; } = true;

    /// <summary>Most bytes of chunks that wait to be written; what is offered beyond that is not kept.</summary>
    public long QueueBytes { get; init; } = 64L << 20;
}

/// <summary>Whether chunks of level 0 are kept: copies of what the source has.</summary>
public enum Level0Caching
{
    /// <summary>Where they are dear to make: from slices that have to be decoded.</summary>
    Auto,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
