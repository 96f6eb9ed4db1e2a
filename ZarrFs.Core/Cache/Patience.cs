namespace ZarrFs.Core.Cache;

/// <summary>How long chunks wait for others.</summary>
/// <param name="Memory">For readers to give memory back; then what needs it fails.</param>
/// <param name="Disk">At the end, for the disk to take what it had no room for; what is left then is made again in the next run.</param>
public sealed record Patience(TimeSpan Memory, TimeSpan Disk)
{
    /// <summary>What people put up with.</summary>
    public static Patience Usual { get; } = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5));
}
