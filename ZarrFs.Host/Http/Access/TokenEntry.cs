namespace ZarrFs.Host.Http.Access;

/// <summary>What is kept of a token.</summary>
/// <param name="Id">By what it is listed and revoked.</param>
/// <param name="Sum">SHA-256 of it.</param>
/// <param name="Volumes">Names of what it opens; null for all volumes.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends by itself; null for never.</param>
/// <param name="Note">What its maker wants to remember.</param>
/// <param name="Revoked">When it was ended; null if it was not.</param>
/// <param name="Key">The access key that goes with it; null for none.</param>
internal sealed record TokenEntry(
    string Id, byte[] Sum, IReadOnlySet<string>? Volumes, DateTimeOffset Created, DateTimeOffset? Expires, string Note, DateTimeOffset? Revoked, AccessKey? Key)
{
    /// <summary>Who comes with it.</summary>
    public Caller Caller { get; } = new($"token {Id}", Volumes);

    /// <summary>Whether it still opens anything.</summary>
    public bool IsGood(DateTimeOffset now) => Revoked is null && (Expires is not { } end || now < end);
}

/// <summary>A pair that signs requests (AWS Signature Version 4), for which both sides need the secret itself.</summary>
internal sealed record AccessKey(string Id, string Secret);
