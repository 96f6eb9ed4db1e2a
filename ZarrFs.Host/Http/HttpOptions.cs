using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http;

/// <summary>The HTTP server's options.</summary>
public sealed record HttpOptions
{
    /// <summary>Address and port to listen on, this machine only: <c>127.0.0.1:9000</c>, <c>[::1]:9000</c>, <c>localhost:9000</c>; port 0 lets the system choose.</summary>
    public string Listen { get; init; } = "127.0.0.1:9000";

    /// <summary>The server's certificate; null for no TLS.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Who may read what.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>What clients may take.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>Most requests that may wait for a chunk to be made; more are told to come again later.</summary>
    public int MostWaiting { get; init; } = 1024;

    /// <summary>How long a response may wait for slower clients to take theirs before it is told to come again later.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes per second that a client must take, on average over an answer that takes longer than ten seconds, or it is cut off. It holds next to nothing; but not for ever.</summary>
    public int SlowestClient { get; init; } = 16 * 1024;
}
