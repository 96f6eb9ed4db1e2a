using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http.S3;

/// <summary>What a request says of its signature (AWS Signature Version 4), in a header or in its URL.</summary>
internal sealed record RequestSignature
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int MostSeconds = 7 * 24 * 3600;

    public required string AccessKey { get; init; }

    /// <summary>Day, region, service, and "aws4_request", with slashes between.</summary>
    public required string Scope { get; init; }

    /// <summary>Names of headers, in lower case.</summary>
    public required string[] SignedHeaders { get; init; }

    /// <summary>64 digits in hexadecimal, or whatever it says.</summary>
    public required string Signature { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How long it holds; null for a signature in the header, which holds now.</summary>
    public TimeSpan? Lifetime { get; init; }

    public required string PayloadHash { get; init; }

    /// <summary>The time as it is signed.</summary>
    public string TimeText => Time.UtcDateTime.ToString(TimeFormat);

    /// <summary>Whether a request says that it is signed, by this or an older version.</summary>
    public static bool IsIn(S3Query query, IHeaderDictionary headers) =>
        headers.Authorization.ToString().StartsWith("AWS", StringComparison.Ordinal) || query["X-Amz-Signature"] is not null || query["X-Amz-Algorithm"] is not null;

    /// <summary>Reads it; an error says what is wrong with its form.</summary>
    public static S3Error? Read(S3Query query, IHeaderDictionary headers, out RequestSignature signature)
    {
        string authorization = headers.Authorization.ToString();
        return authorization.Length > 0 ? ReadHeader(authorization, headers, out signature) : ReadQuery(query, headers, out signature);
    }

    private static S3Error? ReadHeader(string authorization, IHeaderDictionary headers, out RequestSignature signature)
    {
        signature = null!;
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal))
            return new S3Error(StatusCodes.Status400BadRequest, "InvalidRequest", $"requests are signed by {Algorithm}; another way is not there");
        Dictionary<string, string> parts = new(StringComparer.Ordinal);
        foreach (string part in authorization[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=');
            if (equals < 0 || !parts.TryAdd(part[..equals], part[(equals + 1)..]))
                return S3Error.MalformedAuthorization("the Authorization header is not Credential=…, SignedHeaders=…, Signature=…");
        }

        string stated = headers["x-amz-date"].ToString();
        bool hasTime = TryReadTime(stated, out DateTimeOffset time);
        if (stated.Length == 0) hasTime = DateTimeOffset.TryParseExact(headers.Date.ToString(), "r", null, DateTimeStyles.AssumeUniversal, out time);
        if (!hasTime) return S3Error.MalformedAuthorization("the x-amz-date header is missing or is no time such as 20130524T000000Z");
        return Make(
            parts.GetValueOrDefault("Credential"), parts.GetValueOrDefault("SignedHeaders"), parts.GetValueOrDefault("Signature"), time, null,
            headers["x-amz-content-sha256"].ToString() is { Length: > 0 } hash ? hash : CanonicalRequest.EmptyHash, out signature);
    }

    private static S3Error? ReadQuery(S3Query query, IHeaderDictionary headers, out RequestSignature signature)
    {
        signature = null!;
        if (query["X-Amz-Algorithm"] != Algorithm) return QueryError($"X-Amz-Algorithm is '{query["X-Amz-Algorithm"]}'; {Algorithm} is expected");
        if (!TryReadTime(query["X-Amz-Date"] ?? "", out DateTimeOffset time)) return QueryError("X-Amz-Date is missing or is no time such as 20130524T000000Z");
        if (!int.TryParse(query["X-Amz-Expires"], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds is < 1 or > MostSeconds)
            return QueryError($"X-Amz-Expires is '{query["X-Amz-Expires"]}'; seconds from 1 to {MostSeconds} are expected");
        string hash = query["X-Amz-Content-Sha256"] ?? headers["x-amz-content-sha256"].ToString();
        return Make(
            query["X-Amz-Credential"], query["X-Amz-SignedHeaders"], query["X-Amz-Signature"], time, TimeSpan.FromSeconds(seconds),
            hash.Length > 0 ? hash : CanonicalRequest.UnsignedPayload, out signature);

        static S3Error QueryError(string problem) => new(StatusCodes.Status400BadRequest, "AuthorizationQueryParametersError", problem);
    }

    private static S3Error? Make(
        string? credential, string? headers, string? text, DateTimeOffset time, TimeSpan? lifetime, string payloadHash, out RequestSignature signature)
    {
        signature = null!;
        if (credential is null || headers is null || text is null) return S3Error.MalformedAuthorization("Credential, SignedHeaders and Signature are expected");
        string[] parts = credential.Split('/');
        if (parts is not [.., string day, _, "s3", "aws4_request"] || parts.Length != 5)
            return S3Error.MalformedAuthorization("the credential is not ACCESSKEY/YYYYMMDD/REGION/s3/aws4_request");
        if (day != time.UtcDateTime.ToString("yyyyMMdd")) return S3Error.MalformedAuthorization("the credential is of another day than the request");
        string[] names = headers.Split(';');
        if (!names.Contains("host")) return S3Error.MalformedAuthorization("the host header is not signed");
        signature = new RequestSignature
        {
            AccessKey = parts[0],
            Scope = credential[(parts[0].Length + 1)..],
            SignedHeaders = names,
            Signature = text,
            Time = time,
            Lifetime = lifetime,
            PayloadHash = payloadHash,
        };
        return null;
    }

    private static bool TryReadTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, TimeFormat, null, DateTimeStyles.AssumeUniversal, out time);
}
