using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http;

/// <summary>What monitors ask: that it answers at all, and, where only this machine's users ask, how full its memory is.</summary>
internal static class HealthDocument
{
    public static Task WriteAsync(HttpContext context, ServedContent content)
    {
        ArrayBufferWriter<byte> body = new(256);
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteString("status", "ok");
            if (!content.IsShared)
            {
                json.WriteNumber("volumes", content.Volumes().Count);
                json.WriteStartObject("memory");
                json.WriteNumber("inUse", content.Pool.InUse);
                json.WriteNumber("budget", content.Pool.Budget);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return BodyWriting.WriteAsync(context, body.WrittenMemory);
    }
}
