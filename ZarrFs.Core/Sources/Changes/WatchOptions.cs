namespace ZarrFs.Core.Sources.Changes;

/// <summary>How sources are watched.</summary>
public sealed record WatchOptions
{
    /// <summary>
    /// How long a changed file must stay as it is before it is taken in: one that is half written would be bad until it has changed again.
    /// Zero where files only ever come whole, by renaming.
    /// </summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The shortest time from one look to the next where no reader asks for one.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(3);
}
