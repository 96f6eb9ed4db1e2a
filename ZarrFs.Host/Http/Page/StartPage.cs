using System.Text;
using Microsoft.Extensions.Primitives;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http.Page;

/// <summary>
/// The page at <c>/</c>: what is served, what is wrong with it, and how to open it. It is the root directory's listing too, for programs that follow
/// its links: those to the volumes' directories are plain names, and no other is of that form.
/// </summary>
internal static class StartPage
{
    // Pictures that are fetched anew are shown from memory, as blob: addresses.
    private static readonly StringValues Policy =
        "default-src 'none'; img-src 'self' blob:; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>ZarrFs</title>
        <link rel="icon" href="page/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="page/style.css">
        <script src="page/script.js" defer></script>
        </head>
        <body>
        <header class="top">
        <img src="page/icon.svg" alt="" width="32" height="32">
        <h1>ZarrFs</h1>

        """;

    /// <summary>Answers for it, in the format that the client takes.</summary>
    /// <param name="visit">The request.</param>
    /// <param name="content">What is told of what is there for it.</param>
    /// <param name="figures">Those of the service.</param>
    /// <param name="turns">Who may make a page now.</param>
    public static Task WriteAsync(in Visit visit, ServedContent content, ServiceFigures figures, PageTurns turns)
    {
        bool isJson = ListingFormat.IsJson(visit.Context.Request, visit.Query);
        ListingFormat.SetHeaders(visit.Context.Response, isJson);
        if (!isJson)
        {
            visit.Context.Response.Headers.ContentSecurityPolicy = Policy;
            visit.Context.Response.Headers["Referrer-Policy"] = "no-referrer"; // the address may hold a token
        }

        string server = visit.Server;
        return turns.WriteAsync(
            visit.Context, visit.Caller, () => isJson ? StartDocument.Make(content, server, figures) : Encoding.UTF8.GetBytes(Make(content, server, figures)));
    }

    private static string Make(ServedContent content, string server, ServiceFigures figures)
    {
        IReadOnlyList<VolumeFacts> volumes = content.Volumes();
        ServiceFacts service = figures.Now(content, volumes);
        StringBuilder html = new(Head, 32 * 1024);
        html.Append($"<p>{Summary(volumes)}</p>\n</header>\n<main>\n<p class=\"hint\" id=\"ended\" hidden></p>\n");
        if (volumes.Count == 0) html.Append("<p class=\"empty\">No volume is served.</p>\n");
        foreach (VolumeFacts volume in volumes) VolumeCard.Append(html, volume, new ClientLines(volume, server, content.HasViewer), service);
        ServiceSection.AppendCache(html, content);
        ServiceSection.Append(html, service, content.IsPart, server);
        html.Append("<section class=\"panel\" aria-labelledby=\"files\"><h2 id=\"files\">Files</h2>\n<pre class=\"listing\" tabindex=\"0\" aria-labelledby=\"files\">");
        foreach ((string name, Node node) in DirectoryListing.Children(content.Tree, NodeId.Root)) DirectoryListing.AppendLine(html, name, node);
        return html.Append("</pre></section>\n</main>\n<p class=\"visually-hidden\" role=\"status\" id=\"told\"></p>\n</body></html>\n").ToString();
    }

    private static string Summary(IReadOnlyList<VolumeFacts> volumes)
    {
        double bytes = volumes.Sum(volume => (double)volume.Shape.Count * volume.DataType.Size());
        return volumes.Count == 0 ? "" : $"{volumes.Count} {(volumes.Count == 1 ? "volume" : "volumes")}, {Amounts.Bytes(bytes)} of voxels, shown as OME-Zarr";
    }
}
