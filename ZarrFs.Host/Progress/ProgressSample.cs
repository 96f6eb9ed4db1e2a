namespace ZarrFs.Host.Progress;

/// <summary>How far long work is, at one moment.</summary>
/// <param name="Stage">What is being done, one word: <c>check</c>, <c>build</c>, <c>verify</c>.</param>
/// <param name="Share">From 0 to 1.</param>
internal sealed record ProgressSample(string Stage, double Share)
{
    /// <summary>Bytes of voxels gone through, what an earlier run had done among them; 0 where that is not counted.</summary>
    public long Done { get; init; }

    /// <summary>Bytes of voxels that an earlier run had done.</summary>
    public long Skipped { get; init; }

    /// <summary>Bytes of voxels there are; 0 where that is not counted.</summary>
    public long Total { get; init; }

    /// <summary>Bytes of files written.</summary>
    public long Written { get; init; }

    /// <summary>Chunks written or read.</summary>
    public long Chunks { get; init; }

    /// <summary>Chunks that are all fill.</summary>
    public long Empty { get; init; }

    /// <summary>Where it is, for people; empty where there is nothing to say.</summary>
    public string Place { get; init; } = "";
}
