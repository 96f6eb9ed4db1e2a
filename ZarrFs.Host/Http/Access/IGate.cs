using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http.Access;

/// <summary>Finds out who asks, before anything else is looked at.</summary>
internal interface IGate
{
    /// <summary>Completes at once unless a password must be hashed or a failed attempt is slowed. Never throws for what a client sends.</summary>
    /// <param name="context">The request; if it is refused, the headers that belong to the refusal are set.</param>
    /// <param name="path">As <see cref="RequestPath"/> reads it; a token in front of it is taken off.</param>
    ValueTask<Admission> AdmitAsync(HttpContext context, string path);
}

/// <summary>What a gate says: a caller and the path that is left for him, or a refusal.</summary>
/// <param name="Caller">Null if refused.</param>
/// <param name="Path">Without the token.</param>
/// <param name="Refusal">Null if admitted.</param>
internal readonly record struct Admission(Caller? Caller, string Path, FailureStatus? Refusal);
