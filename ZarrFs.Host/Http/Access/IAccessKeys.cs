using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http.Access;

/// <summary>Keys that sign requests (AWS Signature Version 4), out of the token file.</summary>
internal interface IAccessKeys
{
    /// <summary>Finds the secret of an access key that is neither revoked nor expired, and whose it is.</summary>
    bool TryFind(string accessKey, out string secret, out Caller caller);

    /// <summary>Remembers and tells that a request was signed wrongly. Completes when it may be answered: later and later, the more there were.</summary>
    /// <param name="context">The request.</param>
    /// <param name="what">What was wrong, in the program's own words.</param>
    /// <returns>How other doors would answer.</returns>
    ValueTask<FailureStatus> RefuseAsync(HttpContext context, string what);
}
