using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http.S3;

/// <summary>Finds out who has signed a request.</summary>
/// <param name="keys">Those that sign.</param>
/// <param name="clock">Tells whether a signature still holds.</param>
internal sealed class SignatureCheck(IAccessKeys keys, TimeProvider clock)
{
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(15);

    /// <summary>Checks a request; an error says why it is not to be answered.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="target">As it came.</param>
    /// <param name="query">The parameters in it.</param>
    /// <param name="headers">The request's.</param>
    /// <param name="caller">Whose key it is.</param>
    public S3Error? Check(string method, string target, S3Query query, IHeaderDictionary headers, out Caller? caller)
    {
        caller = null;
        if (!RequestSignature.IsIn(query, headers)) return S3Error.AccessDenied;
        if (RequestSignature.Read(query, headers, out RequestSignature signature) is { } malformed) return malformed;
        if (OfTime(signature) is { } late) return late;
        if (!keys.TryFind(signature.AccessKey, out string secret, out Caller owner)) return S3Error.UnknownAccessKey;

        // s3fs takes the path of its endpoint for no part of what it signs. Nothing else has a name that is this one without it.
        string path = CanonicalRequest.PathOf(target);
        bool isRight = IsSigned(path) || (path.StartsWith(S3Door.Path + "/", StringComparison.Ordinal) && IsSigned(path[S3Door.Path.Length..]));
        if (!isRight) return S3Error.WrongSignature;
        caller = owner;
        return null;

        bool IsSigned(string candidate)
        {
            string expected = CanonicalRequest.Sign(CanonicalRequest.Write(method, candidate, query, headers, signature), signature, secret);
            return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature.Signature));
        }
    }

    /// <summary>Completes when a refusal may be told: who tries keys or secrets waits as one does who tries passwords.</summary>
    public async ValueTask<S3Error> RefuseAsync(HttpContext context, S3Error refusal)
    {
        if (refusal != S3Error.UnknownAccessKey && refusal != S3Error.WrongSignature) return refusal;
        FailureStatus said = await keys.RefuseAsync(context, $"{refusal.Code}: {refusal.Message}");
        return said.Code == StatusCodes.Status429TooManyRequests ? S3Error.SlowDown(said) : refusal;
    }

    private S3Error? OfTime(RequestSignature signature)
    {
        TimeSpan age = clock.GetUtcNow() - signature.Time;
        if (age < -MostSkew) return S3Error.Skewed;
        if (signature.Lifetime is { } lifetime) return age > lifetime ? S3Error.Expired : null;
        return age > MostSkew ? S3Error.Skewed : null;
    }
}
