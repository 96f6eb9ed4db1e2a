using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http;

/// <summary>
/// A directory's names: as HTML with relative links in the manner of Apache (directories end in a slash), which Neuroglancer's completion
/// and rclone read, or as JSON. Sent as it is written, so that a directory of any length takes little memory.
/// </summary>
internal static class DirectoryListing
{
    private const int FlushAt = 32 * 1024;

    public static async Task WriteAsync(HttpContext context, IFileTree tree, NodeId directory, string path, bool isJson)
    {
        ListingFormat.SetHeaders(context.Response, isJson);
        if (HttpMethods.IsHead(context.Request.Method)) return;
        PipeWriter body = context.Response.BodyWriter;
        long sent = isJson
            ? await WriteJsonAsync(body, tree, directory, context.RequestAborted)
            : await WriteHtmlAsync(body, tree, directory, path, context.RequestAborted);
        await body.FlushAsync(context.RequestAborted);
        Exchange.Stream(context, sent);
    }

    public static Task WriteAsync(HttpContext context, IFileTree tree, NodeId directory, string path, ReadOnlySpan<char> query) =>
        WriteAsync(context, tree, directory, path, ListingFormat.IsJson(context.Request, query));

    /// <summary>Gives all children of a directory.</summary>
    public static IEnumerable<(string Name, Node Node)> Children(IFileTree tree, NodeId directory)
    {
        byte[] name = new byte[VirtualTree.LongestName];
        long count = tree.ChildCount(directory);
        for (long i = 0; i < count; i++)
        {
            Node child = tree.Child(directory, i, name, out int length);
            yield return (Encoding.UTF8.GetString(name, 0, length), child);
        }
    }

    /// <summary>Writes one line: a link, the time, the size.</summary>
    public static void AppendLine(StringBuilder html, string name, in Node node)
    {
        string shown = node.IsDirectory ? name + "/" : name;
        html.Append("<a href=\"").Append(Uri.EscapeDataString(name)).Append(node.IsDirectory ? "/\">" : "\">")
            .Append(WebUtility.HtmlEncode(shown)).Append("</a>").Append(' ', Math.Max(1, 40 - shown.Length))
            .Append(node.Modified.UtcDateTime.ToString("yyyy-MM-dd HH:mm"));
        if (node.IsDirectory) html.Append("           -\n");
        else html.Append($"{node.Size,12}\n");
    }

    /// <summary>Gives the number of bytes.</summary>
    private static async Task<long> WriteHtmlAsync(PipeWriter body, IFileTree tree, NodeId directory, string path, CancellationToken cancellationToken)
    {
        string title = WebUtility.HtmlEncode($"Index of /{path}/");
        StringBuilder html = new($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
            <title>{title}</title></head>
            <body><h1>{title}</h1><pre><a href="../">../</a>

            """);
        long sent = 0;
        foreach ((string name, Node node) in Children(tree, directory))
        {
            AppendLine(html, name, node);
            if (html.Length < FlushAt) continue;
            if (!await SendAsync()) return sent;
        }

        html.Append("</pre></body></html>\n");
        await SendAsync();
        return sent;

        async Task<bool> SendAsync()
        {
            sent += Encoding.UTF8.GetBytes(html.ToString(), body);
            html.Clear();
            return !(await body.FlushAsync(cancellationToken)).IsCompleted;
        }
    }

    /// <summary>Gives the number of bytes.</summary>
    private static async Task<long> WriteJsonAsync(PipeWriter body, IFileTree tree, NodeId directory, CancellationToken cancellationToken)
    {
        await using Utf8JsonWriter json = new(body);
        json.WriteStartArray();
        long flushed = 0;
        foreach ((string name, Node node) in Children(tree, directory))
        {
            WriteEntry(json, name, node);
            if (json.BytesCommitted + json.BytesPending - flushed < FlushAt) continue;
            json.Flush();
            flushed = json.BytesCommitted;
            if ((await body.FlushAsync(cancellationToken)).IsCompleted) return flushed;
        }

        json.WriteEndArray();
        json.Flush();
        return json.BytesCommitted;
    }

    public static void WriteEntry(Utf8JsonWriter json, string name, in Node node)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("type", node.IsDirectory ? "directory" : "file");
        if (!node.IsDirectory) json.WriteNumber("size", node.Size);
        json.WriteString("modified", node.Modified.UtcDateTime);
        json.WriteEndObject();
    }
}
