using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http;

/// <summary>Answers with a failure as <c>application/problem+json</c> (RFC 9457).</summary>
internal static class ProblemDocument
{
    // People read it in terminals, where escaped quotes are a nuisance. No page takes it for one of its parts; an angle bracket stays escaped all the same.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpContext context, FailureStatus failure, string instance)
    {
        HttpResponse response = context.Response;
        response.Clear();
        CommonHeaders.Set(response.Headers);
        response.StatusCode = failure.Code;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (failure.RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString();
        if (failure.Challenges.Count > 0) response.Headers.WWWAuthenticate = failure.Challenges;
        if (failure.Code == StatusCodes.Status405MethodNotAllowed) response.Headers.Allow = CommonHeaders.Allowed;

        ArrayBufferWriter<byte> body = new(512);
        using (Utf8JsonWriter json = new(body, Readable))
        {
            json.WriteStartObject();
            json.WriteString("type", failure.Type);
            json.WriteString("title", failure.Title);
            json.WriteNumber("status", failure.Code);
            json.WriteString("detail", failure.Detail);
            json.WriteString("instance", instance);
            json.WriteEndObject();
        }

        return BodyWriting.WriteAsync(context, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.WrittenSpan).Replace("<", "\\u003C", StringComparison.Ordinal)));
    }
}
