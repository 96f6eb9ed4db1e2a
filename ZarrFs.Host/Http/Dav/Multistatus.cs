using System.IO.Pipelines;
using System.Xml;
using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http.Dav;

/// <summary>The answer to a PROPFIND (RFC 4918 section 13). Sent as it is written, so that a directory of any length takes little memory.</summary>
/// <param name="content">What the caller may see.</param>
/// <param name="basePath">What stands before the path in links for him.</param>
/// <param name="path">Of the node, decoded, without slashes at its ends.</param>
/// <param name="node">What was asked for.</param>
internal sealed class Multistatus(ServedContent content, string basePath, string path, Node node)
{
    /// <param name="context">The request.</param>
    /// <param name="wanted">What it asks for.</param>
    /// <param name="withChildren">Whether it asks for what is in a directory too.</param>
    /// <param name="turn">Ends when all is written, or before.</param>
    public async Task WriteAsync(HttpContext context, PropertyRequest wanted, bool withChildren, PageTurn turn)
    {
        HttpResponse response = context.Response;
        response.StatusCode = StatusCodes.Status207MultiStatus;
        response.ContentType = XmlBody.ContentType;
        response.Headers.CacheControl = "no-cache";
        PipeWriter pipe = response.BodyWriter;
        using XmlBody body = new();
        XmlWriter xml = body.Writer;
        xml.WriteStartElement("D", "multistatus", DavProperties.Namespace);

        string href = $"{basePath}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";
        if (node.IsDirectory && path.Length > 0) href += "/";
        WriteResponse(xml, wanted, href, path[(path.LastIndexOf('/') + 1)..], node);
        if (withChildren && node.IsDirectory)
        {
            foreach ((string name, Node child) in DirectoryListing.Children(content.Tree, node.Id))
            {
                WriteResponse(xml, wanted, $"{href}{Uri.EscapeDataString(name)}{(child.IsDirectory ? "/" : "")}", name, child);
                if (!await body.SendIfLongAsync(pipe, turn)) return;
            }
        }

        xml.WriteEndElement();
        body.Write(pipe);
        turn.Dispose();
        await pipe.FlushAsync(context.RequestAborted);
    }

    private void WriteResponse(XmlWriter xml, PropertyRequest wanted, string href, string name, in Node about)
    {
        xml.WriteStartElement("D", "response", DavProperties.Namespace);
        xml.WriteElementString("D", "href", DavProperties.Namespace, href);
        ReadOnlySpan<string> there = DavProperties.Of(about);
        if (wanted.Kind == PropertyRequestKind.Named)
        {
            int found = 0;
            foreach ((string space, string property) in wanted.Names) found += IsThere(space, property, there) ? 1 : 0;
            if (found > 0 || wanted.Names.Count == 0) WriteNamed(xml, wanted, name, about, areThere: true);
            if (found < wanted.Names.Count) WriteNamed(xml, wanted, name, about, areThere: false);
        }
        else
        {
            xml.WriteStartElement("D", "propstat", DavProperties.Namespace);
            xml.WriteStartElement("D", "prop", DavProperties.Namespace);
            foreach (string property in there)
            {
                if (wanted.Kind == PropertyRequestKind.NamesOnly) xml.WriteElementString("D", property, DavProperties.Namespace, null);
                else DavProperties.Write(xml, property, content, name, about);
            }

            EndPropstat(xml, "HTTP/1.1 200 OK");
        }

        xml.WriteEndElement();
    }

    private void WriteNamed(XmlWriter xml, PropertyRequest wanted, string name, in Node about, bool areThere)
    {
        ReadOnlySpan<string> there = DavProperties.Of(about);
        xml.WriteStartElement("D", "propstat", DavProperties.Namespace);
        xml.WriteStartElement("D", "prop", DavProperties.Namespace);
        foreach ((string space, string property) in wanted.Names)
        {
            if (IsThere(space, property, there) != areThere) continue;
            if (areThere) DavProperties.Write(xml, property, content, name, about);
            else xml.WriteElementString(property, space, null);
        }

        EndPropstat(xml, areThere ? "HTTP/1.1 200 OK" : "HTTP/1.1 404 Not Found");
    }

    private static bool IsThere(string space, string property, ReadOnlySpan<string> there) => space == DavProperties.Namespace && there.Contains(property);

    private static void EndPropstat(XmlWriter xml, string status)
    {
        xml.WriteEndElement();
        xml.WriteElementString("D", "status", DavProperties.Namespace, status);
        xml.WriteEndElement();
    }
}
