using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http.Metering;

/// <summary>A request and its answer, as they are counted. One a connection, used again for each of its requests: nothing is allocated for one.</summary>
internal sealed class Exchange
{
    /// <summary>The request and its answer.</summary>
    public required DefaultHttpContext Context { get; init; }

    /// <summary>When it came, by <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long Began { get; set; }

    /// <summary>What it was for; said by whoever answers.</summary>
    public RequestKind Kind { get; set; }

    /// <summary>Bytes of the body that no Content-Length told.</summary>
    public long Streamed { get; set; }

    /// <summary>Says what a request is for.</summary>
    public static void Note(HttpContext context, RequestKind kind)
    {
        if (context.Features.Get<Exchange>() is { } exchange) exchange.Kind = kind;
    }

    /// <summary>Says that so many bytes of a body were sent whose length was not told in advance.</summary>
    public static void Stream(HttpContext context, long bytes)
    {
        if (context.Features.Get<Exchange>() is { } exchange) exchange.Streamed += bytes;
    }

    /// <summary>Bytes of the answer's body.</summary>
    public long BodyBytes => HttpMethods.IsHead(Context.Request.Method) || Context.Response.StatusCode is 204 or 304
        ? 0
        : (Context.Response.ContentLength ?? 0) + Streamed;
}
