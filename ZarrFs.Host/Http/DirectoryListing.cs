using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http;

/// <summary>
/// A directory's names: as HTML with relative links in the manner of Apache (directories end in a slash), which Neuroglancer's completion
/// and rclone read, or as JSON. Sent as it is written, so that a directory of any length takes little memory.
/// </summary>
internal static class DirectoryListing
{
    private const int FlushAt = 32 * 1024;

    /// <summary>Answers with a directory's names, in the format that the client takes.</summary>
    public static Task WriteAsync(in Visit visit, NodeId directory, PageTurns turns)
    {
        HttpContext context = visit.Context;
        bool isJson = ListingFormat.IsJson(context.Request, visit.Query);
        ListingFormat.SetHeaders(context.Response, isJson);
        return HttpMethods.IsHead(visit.Method)
            ? Task.CompletedTask
            : WriteAsync(context, visit.Caller, turns, visit.Content.Tree, directory, isJson ? null : visit.Path.ToString());
    }

    /// <param name="path">For HTML; null for JSON.</param>
    private static async Task WriteAsync(HttpContext context, Caller caller, PageTurns turns, IFileTree tree, NodeId directory, string? path)
    {
        using PageTurn turn = await turns.EnterAsync(context, caller);
        PipeWriter body = context.Response.BodyWriter;
        long sent = path is null ? await WriteJsonAsync(body, turn, tree, directory) : await WriteHtmlAsync(body, turn, tree, directory, path);
        turn.Dispose();
        await body.FlushAsync(context.RequestAborted);
        Exchange.Stream(context, sent);
    }

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
    private static async Task<long> WriteHtmlAsync(PipeWriter body, PageTurn turn, IFileTree tree, NodeId directory, string path)
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
            Write();
            if (!await turn.SendAsync(body)) return sent;
        }

        html.Append("</pre></body></html>\n");
        Write();
        return sent;

        void Write()
        {
            sent += Encoding.UTF8.GetBytes(html.ToString(), body);
            html.Clear();
        }
    }

    /// <summary>Gives the number of bytes.</summary>
    private static async Task<long> WriteJsonAsync(PipeWriter body, PageTurn turn, IFileTree tree, NodeId directory)
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
            if (!await turn.SendAsync(body)) return flushed;
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
