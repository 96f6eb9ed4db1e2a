namespace ZarrFs.Core.Sources.Changes;

/// <summary>What one look at a source's files has found.</summary>
/// <param name="Changes">Files that are to be taken in, in the order of the source.</param>
/// <param name="Left">What has changed but cannot be taken in while the source is open, in words for people; or null.</param>
public sealed record SourceLook(IReadOnlyList<SourceChange> Changes, string? Left)
{
    /// <summary>Everything is as it was.</summary>
    public static SourceLook Nothing { get; } = new([], null);
}
