namespace ZarrFs.Host.Http.Access;

/// <summary>The server's certificate.</summary>
/// <param name="Certificate">File with it, and those that vouch for it, in PEM; null for one that is made for this run.</param>
/// <param name="Key">File with its private key, in PEM; null together with the certificate.</param>
public sealed record TlsOptions(string? Certificate, string? Key)
{
    /// <summary>Whether the certificate is made for this run and nobody vouches for it.</summary>
    public bool IsSelfSigned => Certificate is null;
}
