namespace ZarrFs.Core.Sources;

/// <summary>A slice, page or cell that is missing or bad.</summary>
/// <param name="Kind">Missing or bad.</param>
/// <param name="Z">Its first z in the source.</param>
/// <param name="Depth">How many planes it stands for.</param>
/// <param name="Path">The file; for a missing one, the directory.</param>
/// <param name="Message">What is wrong, for people.</param>
public sealed record SourceProblem(SourceProblemKind Kind, long Z, long Depth, string Path, string Message)
{
    /// <summary>Its time point; null where the source has one only, or for several.</summary>
    public long? T { get; init; }

    /// <summary>Its channel, the first where pixels have several samples; null where the source has one only, or for several.</summary>
    public long? C { get; init; }

    /// <summary>The planes for people: <c>z 7</c>, <c>t 2, c 0, z 4–9</c>.</summary>
    public string Planes =>
        (T is { } t ? $"t {t}, " : "") + (C is { } c ? $"c {c}, " : "") + (Depth == 1 ? $"z {Z}" : $"z {Z}–{Z + Depth - 1}");
}

/// <summary>Missing is not failed: a hole is fill by nature, a bad slice only by policy.</summary>
public enum SourceProblemKind
{
    /// <summary>No file stands for these planes.</summary>
    Missing,

    /// <summary>A file stands for them but cannot be used.</summary>
    Bad,
}

/// <summary>What reading a bad slice does.</summary>
public enum BadSlicePolicy
{
    /// <summary>Reading it fails with an error that names it.</summary>
    Fail,

    /// <summary>It reads as the fill value; it is logged once, counted and listed.</summary>
    Fill,
}
