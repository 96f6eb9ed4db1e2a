using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http;

/// <summary>A request on its way through the service: who asks, for what, and what is there for him.</summary>
internal readonly ref struct Visit
{
    /// <summary>The request and its answer.</summary>
    public required HttpContext Context { get; init; }

    /// <summary>Who may see what.</summary>
    public required AccessNow Access { get; init; }

    /// <summary>Who asks.</summary>
    public required Caller Caller { get; init; }

    /// <summary>What is there for him: nothing in it names a volume that he may not see.</summary>
    public required ServedContent Content { get; init; }

    /// <summary>Decoded, without a token and without slashes at its ends; empty for the root directory.</summary>
    public required ReadOnlySpan<char> Path { get; init; }

    /// <summary>Whether the path ended in a slash.</summary>
    public required bool IsDirectory { get; init; }

    /// <summary>What followed the question mark, as it came.</summary>
    public required ReadOnlySpan<char> Query { get; init; }

    /// <summary>GET, HEAD, PROPFIND…, as it came.</summary>
    public string Method => Context.Request.Method;

    /// <summary>Whether it is for reading: GET or HEAD.</summary>
    public bool IsRead => HttpMethods.IsGet(Method) || HttpMethods.IsHead(Method);

    /// <summary>The request's target without a token: what a problem document calls the instance.</summary>
    public string Target => TargetOf(Context);

    /// <summary>The URL that this client reaches the service by, without a slash at its end.</summary>
    public string Server
    {
        get
        {
            HttpRequest request = Context.Request;
            string host = request.Host.HasValue
                ? request.Host.ToUriComponent()
                : new System.Net.IPEndPoint(Context.Connection.LocalIpAddress!, Context.Connection.LocalPort).ToString();
            return $"{request.Scheme}://{host}{Caller.BasePath}";
        }
    }

    /// <summary>The request's target without a token: the only form in which it may be logged or told.</summary>
    public static string TargetOf(HttpContext context) => Redaction.Of(RawTargetOf(context));

    /// <summary>The request's target as it came, with whatever secret is in it.</summary>
    public static string RawTargetOf(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
}
