using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ZarrFs.Host.Http;

/// <summary>Headers of every answer: pages from anywhere may read the data (CORS, CORP), and nobody guesses at content types.</summary>
internal static class CommonHeaders
{
    /// <summary>What a path can do.</summary>
    public static readonly StringValues Allowed = "OPTIONS, GET, HEAD, PROPFIND";

    /// <summary>What pages of other origins may do.</summary>
    private static readonly StringValues Methods = "GET, HEAD, OPTIONS";

    private static readonly StringValues Anyone = "*";
    private static readonly StringValues Exposed = "Content-Length, Content-Range, ETag, Accept-Ranges, X-ZarrFs-Provisional";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues AllowedHeaders = "Range, If-Range, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, Cache-Control, Content-Type, Accept, "
        + "Authorization, X-Amz-Date, X-Amz-Content-Sha256";
    private static readonly StringValues CrossOrigin = "cross-origin";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Deny = "DENY";
    private static readonly StringValues Yes = "true";
    private static readonly StringValues OneDay = "86400";

    public static void Set(IHeaderDictionary headers)
    {
        headers.AccessControlAllowOrigin = Anyone;
        headers.AccessControlExposeHeaders = Exposed;
        headers.XContentTypeOptions = NoSniff;
        headers["Cross-Origin-Resource-Policy"] = CrossOrigin;
    }

    /// <summary>
    /// Sets what an HTML page needs besides: no page of another origin shows it in a frame.
    /// Not Strict-Transport-Security: it would hold for every port of this host name, and other services there may have no TLS.
    /// </summary>
    /// <param name="headers">The answer's.</param>
    /// <param name="policy">What the page may load (Content-Security-Policy).</param>
    public static void SetPage(IHeaderDictionary headers, string policy)
    {
        headers.ContentSecurityPolicy = $"{policy}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XFrameOptions = Deny;
        HideAddress(headers);
    }

    /// <summary>Keeps a page's address, in which a token may be, from those that its links lead to.</summary>
    public static void HideAddress(IHeaderDictionary headers) => headers["Referrer-Policy"] = NoReferrer;

    /// <summary>Whether a page of another origin asks, as browsers say it: it may read the data, but not where they lie on this machine.</summary>
    public static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers.Origin is { Count: > 0 } origin && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is about no path: a browser asks if a page of another origin may ask (CORS), which never says who it is, or <c>OPTIONS *</c>.</summary>
    public static bool IsPreflight(HttpContext context) =>
        HttpMethods.IsOptions(context.Request.Method)
        && (context.Request.Headers.ContainsKey("Access-Control-Request-Method") || Visit.RawTargetOf(context) == "*");

    /// <summary>Answers OPTIONS, with or without a preflight's questions.</summary>
    public static void SetPreflight(IHeaderDictionary request, HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.Allow = Allowed;
        response.Headers.AccessControlAllowMethods = Methods;
        response.Headers.AccessControlAllowHeaders = AllowedHeaders;
        response.Headers.AccessControlMaxAge = OneDay;

        // A public page that asks for something on this machine (Private Network Access).
        if (request["Access-Control-Request-Private-Network"] == Yes) response.Headers["Access-Control-Allow-Private-Network"] = Yes;
    }
}
