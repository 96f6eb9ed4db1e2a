using System.Globalization;
using System.Net;
using System.Text;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Metadata;
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
        progress{width:8rem;vertical-align:middle}
        code{user-select:all;white-space:pre-wrap;overflow-wrap:anywhere}
        .bad{color:var(--bad)}
        </style></head><body><h1>ZarrFs</h1>

        """;

    public static Task WriteAsync(in Visit visit)
    {
        bool isJson = ListingFormat.IsJson(visit.Context.Request, visit.Query);
        ListingFormat.SetHeaders(visit.Context.Response, isJson);
        byte[] body = isJson ? StartDocument.Make(visit.Content, visit.Server) : Encoding.UTF8.GetBytes(Make(visit.Content, visit.Server));
        return BodyWriting.WriteAsync(visit.Context, body);
    }

    private static string Make(ServedContent content, string server)
    {
        StringBuilder html = new(Head);
        IReadOnlyList<VolumeFacts> volumes = content.Volumes();
        if (volumes.Count == 0) html.Append("<p>No volume is served.</p>\n");
        foreach (VolumeFacts volume in volumes) AppendVolume(html, volume, new ClientLines(volume, server, content.HasViewer));
        AppendCache(html, content);
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
        if (volume.TimeStep is { } step) AppendRow("Time step", $"{step.Step} {step.Unit ?? "(no unit)"}");
        if (lines.Part is { } part) AppendRow($"{Text(volume.Name)}.zarr", $"{part}; {volume.Name}.ome.zarr has all");
        if (volume.MountPath is { } mounted) AppendRow("Mounted at", mounted);
        html.Append("</table>\n");
        if (volume.Channels.Count > 1) AppendChannels(html, volume.Channels);
        AppendLevels(html, volume);
        AppendProblems(html, volume.Problems);
        foreach (string other in volume.Others.Take(MostProblems)) html.Append($"<p>Not shown: {Text(other)}</p>\n");

        html.Append($"<h3>Open it</h3><p>Neuroglancer{(lines.IsViewerBuiltIn ? "" : " (the public one, on the internet)")}: ")
            .Append($"<a href=\"{Text(lines.NeuroglancerZarr2)}\">Zarr 2</a>, <a href=\"{Text(lines.NeuroglancerZarr3)}\">Zarr 3</a></p>\n");
        foreach ((string program, string line) in lines.Lines) html.Append($"{Text(program)}<pre><code>{Text(line)}</code></pre>\n");
        html.Append("</section>\n");

        void AppendRow(string name, string value) => html.Append($"<tr><th>{name}<td>{Text(value)}</tr>\n");
    }

    /// <summary>With what is final of each level in the disk cache, where any level is kept there.</summary>
    private static void AppendLevels(StringBuilder html, VolumeFacts volume)
    {
        bool isCached = volume.Levels.Any(level => level.Final is not null);
        html.Append($"<h3>Levels</h3><div class=\"wide\"><table><tr><th>Level<th>Shape<th>Chunk<th>Chunks{(isCached ? "<th>In the cache, exact" : "")}</tr>\n");
        foreach (LevelFacts level in volume.Levels)
        {
            html.Append($"<tr><td>{level.Index}<td>{level.Shape}<td>{level.Chunk}<td>{level.Grid}");
            if (level.FinalShare is { } share)
            {
                string percent = BuildWords.Percent(share);
                html.Append(CultureInfo.InvariantCulture, $"<td><progress value=\"{share:0.####}\">{percent}</progress> {percent}, {level.Final} of {level.Chunks}");
            }
            else if (isCached)
            {
                html.Append("<td>not kept: read from the source");
            }

            html.Append("</tr>\n");
        }

        html.Append("</table></div>\n");
        if (volume.Build is { } build)
            html.Append($"<p{(build.State == BuildState.Failed ? " class=\"bad\"" : "")}>In the background: {Text(BuildWords.Of(build, volume.Levels.Count))}</p>\n");
    }

    private static void AppendCache(StringBuilder html, ServedContent content)
    {
        long provisional = content.Provisional?.Invoke() ?? 0;
        CacheFacts? cache = content.Cache?.Invoke();
        if (cache is null && provisional == 0) return;
        html.Append("<section><h2>Cache</h2><table>\n");
        if (cache is not null)
        {
            html.Append($"<tr><th>Directory<td>{Text(cache.Directory)}</tr>\n")
                .Append(CultureInfo.InvariantCulture, $"<tr><th>Full<td><progress value=\"{(double)cache.Bytes / Math.Max(1, cache.MaxBytes):0.####}\"></progress> ")
                .Append($"{Amounts.Bytes(cache.Bytes)} of {Amounts.Bytes(cache.MaxBytes)}</tr>\n")
                .Append(CultureInfo.InvariantCulture, $"<tr><th>Chunks asked for<td>{cache.Hits} there, {cache.Misses} not</tr>\n");
        }

        if (provisional > 0) html.Append(CultureInfo.InvariantCulture, $"<tr><th>Shown as previews<td>{provisional} chunks, until the exact ones are there</tr>\n");
        html.Append("</table></section>\n");
    }

    private static void AppendChannels(StringBuilder html, IReadOnlyList<OmeroChannel> channels)
    {
        html.Append("<h3>Channels</h3><div class=\"wide\"><table><tr><th>Channel<th>Name<th>Colour<th>Contrast</tr>\n");
        for (int c = 0; c < channels.Count; c++)
        {
            string color = channels[c].Color.ToString("X6", CultureInfo.InvariantCulture);
            html.Append($"<tr><td>{c}<td>{Text(channels[c].Label)}<td><span style=\"color:#{color}\">■</span> {color}<td>{channels[c].Window.Start} to {channels[c].Window.End}</tr>\n");
        }

        html.Append("</table></div>\n");
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

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
