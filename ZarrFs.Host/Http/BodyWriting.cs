using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http;

/// <summary>Sends a body that is in memory as a whole.</summary>
internal static class BodyWriting
{
    /// <summary>Sets the length and, unless the method is HEAD, writes the body.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentLength = body.Length;
        if (HttpMethods.IsHead(context.Request.Method) || body.IsEmpty) return Task.CompletedTask;
        ValueTask<System.IO.Pipelines.FlushResult> written = context.Response.BodyWriter.WriteAsync(body, CancellationToken.None);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }
}
