using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ZarrFs.Host.Http;

/// <summary>Sends a body that is in memory as a whole.</summary>
internal static class BodyWriting
{
    /// <summary>Sets the length and, unless the method is HEAD, writes the body.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentLength = body.Length;

        // What came with the request is not read, and so the next request cannot be found: better to say so than to let the client run into the end.
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true) context.Response.Headers.Connection = "close";
        if (HttpMethods.IsHead(context.Request.Method) || body.IsEmpty) return Task.CompletedTask;
        ValueTask<System.IO.Pipelines.FlushResult> written = context.Response.BodyWriter.WriteAsync(body, CancellationToken.None);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }
}
