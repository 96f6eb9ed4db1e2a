namespace ZarrFs.Core.Volumes;

/// <summary>What a source says about one channel; every part may be missing.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="Color">Display colour, 0xRRGGBB.</param>
/// <param name="Window">Display range, from black to full colour.</param>
public sealed record ChannelInfo(string? Name, int? Color, (double Start, double End)? Window)
{
    /// <summary>Nothing is known.</summary>
    public static ChannelInfo None { get; } = new(null, null, null);
}
