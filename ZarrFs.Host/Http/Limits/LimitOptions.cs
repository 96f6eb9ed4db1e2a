namespace ZarrFs.Host.Http.Limits;

/// <summary>What one client, and all of them, may take of the server.</summary>
public sealed record LimitOptions
{
    /// <summary>Most connections at once; this machine has seven eighths of them at most, another address a sixteenth, or 64 if that is more.</summary>
    public int Connections { get; init; } = 4096;

    /// <summary>
    /// Most requests a second of one address, over some seconds; null for 5000 of another machine, and any number of this one, behind whose address may
    /// be everybody if a proxy runs here.
    /// </summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>Most chunks that are made for clients at once; one client has half of it at most.</summary>
    public int Making { get; init; } = Math.Max(64, 8 * Environment.ProcessorCount);
}
