namespace ZarrFs.Host.Http.Limits;

/// <summary>What one client, and all of them, may take of the server.</summary>
public sealed record LimitOptions
{
    /// <summary>Most connections at once.</summary>
    public int Connections { get; init; } = 4096;

    /// <summary>Most requests a second of one client, over some seconds.</summary>
    public int RequestsPerSecond { get; init; } = 5000;
}
