using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http;

/// <summary>The page at <c>/</c>: what is served, what is wrong with it, and how to open it. It is the root directory's listing too.</summary>
internal static class StartPage
{
    private const int MostProblems = 50;

    // One click selects a whole line (user-select: all), so that nothing here needs a script.
    private const string Head = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>ZarrFs</title><style>
        :root{color-scheme:light dark;--line:#ddd;--soft:#f4f4f4;--bad:#b00}
        @media(prefers-color-scheme:dark){:root{--line:#444;--soft:#222;--bad:#f77}}
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:0 1rem 2rem}
        section{border-top:1px solid var(--line);margin-top:1.5rem}
        table{border-collapse:collapse}th,td{text-align:left;padding:.1rem 1rem .1rem 0;vertical-align:top;overflow-wrap:anywhere}th{font-weight:600}
        .wide{overflow-x:auto}.wide td,.wide th{white-space:nowrap}pre{background:var(--soft);padding:.5rem;overflow-x:auto;margin:.2rem 0 .6rem}
        code{user-select:all;white-space:pre-wrap;overflow-wrap:anywhere}
        .bad{color:var(--bad)}
        </style></head><body><h1>ZarrFs</h1>

        """;

    public static Task WriteAsync(HttpContext context, ServedContent content, ReadOnlySpan<char> query)
    {
        bool isJson = ListingFormat.IsJson(context.Request, query);
        ListingFormat.SetHeaders(context.Response, isJson);
        byte[] body = isJson ? StartDocument.Make(content, Server(context)) : Encoding.UTF8.GetBytes(Make(content, Server(context)));
        return BodyWriting.WriteAsync(context, body);
    }

    private static string Make(ServedContent content, string server)
    {
        StringBuilder html = new(Head);
        IReadOnlyList<VolumeFacts> volumes = content.Volumes();
        if (volumes.Count == 0) html.Append("<p>No volume is served.</p>\n");
        foreach (VolumeFacts volume in volumes) AppendVolume(html, volume, new ClientLines(volume, server));
        html.Append("<section><h2>Files</h2><pre>");
        foreach ((string name, Node node) in DirectoryListing.Children(content.Tree, NodeId.Root)) DirectoryListing.AppendLine(html, name, node);
        return html.Append("</pre></section></body></html>\n").ToString();
    }

    private static void AppendVolume(StringBuilder html, VolumeFacts volume, ClientLines lines)
    {
        html.Append($"<section><h2>{Text(volume.Name)}</h2><table>\n");
        AppendRow("Source", volume.SourcePath);
        AppendRow("Kind", volume.Kind);
        AppendRow("Shape", volume.Shape.ToString());
        AppendRow("Data type", volume.DataType.Name());
        AppendRow("Voxel size", VoxelSizeText(volume.VoxelSize));
        if (volume.MountPath is { } mounted) AppendRow("Mounted at", mounted);
        html.Append("</table>\n<h3>Levels</h3><div class=\"wide\"><table><tr><th>Level<th>Shape<th>Chunk<th>Chunks</tr>\n");
        foreach (LevelFacts level in volume.Levels)
            html.Append($"<tr><td>{level.Index}<td>{level.Shape}<td>{level.Chunk}<td>{level.Grid}</tr>\n");
        html.Append("</table></div>\n");
        AppendProblems(html, volume.Problems);

        html.Append("<h3>Open it</h3><p>Neuroglancer: ")
            .Append($"<a href=\"{Text(lines.NeuroglancerZarr2)}\">Zarr 2</a>, <a href=\"{Text(lines.NeuroglancerZarr3)}\">Zarr 3</a></p>\n");
        foreach ((string program, string line) in lines.Lines) html.Append($"{Text(program)}<pre><code>{Text(line)}</code></pre>\n");
        html.Append("</section>\n");

        void AppendRow(string name, string value) => html.Append($"<tr><th>{name}<td>{Text(value)}</tr>\n");
    }

    private static void AppendProblems(StringBuilder html, IReadOnlyList<SourceProblem> problems)
    {
        int bad = problems.Count(problem => problem.Kind == SourceProblemKind.Bad);
        int missing = problems.Count - bad;
        html.Append($"<p{(bad > 0 ? " class=\"bad\"" : "")}>Found so far: {bad} bad, {missing} missing.</p>\n");
        if (problems.Count == 0) return;
        html.Append("<details><summary>Which</summary><ul>\n");
        foreach (SourceProblem problem in problems.OrderByDescending(problem => problem.Kind).Take(MostProblems))
            html.Append($"<li>{problem.Planes}: {Text(problem.Path)}: {Text(problem.Message)}</li>\n");
        if (problems.Count > MostProblems) html.Append($"<li>and {problems.Count - MostProblems} more</li>\n");
        html.Append("</ul></details>\n");
    }

    private static string VoxelSizeText(VoxelSize size)
    {
        string unit = size.Unit ?? "(no unit)";
        return size.IsIsotropic ? $"{size.X} {unit}" : $"{size.Z} × {size.Y} × {size.X} {unit} (z y x)";
    }

    /// <summary>The URL the client used: links must work from where it is.</summary>
    private static string Server(HttpContext context)
    {
        string host = context.Request.Host.HasValue
            ? context.Request.Host.ToUriComponent()
            : new IPEndPoint(context.Connection.LocalIpAddress!, context.Connection.LocalPort).ToString();
        return $"http://{host}";
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
