using System.Globalization;
using System.Text;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http.Pictures;

namespace ZarrFs.Host.Http.Page;

/// <summary>A volume on the start page: what it looks like, what it is, how to open it, how far it is, what is wrong with it.</summary>
internal static class VolumeCard
{
    private const int MostProblems = 50;

    public static void Append(StringBuilder html, VolumeFacts volume, ClientLines lines, ServiceFacts service)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"volume-{volume.Number}");
        html.Append($"<article class=\"volume\" aria-labelledby=\"{id}\" data-volume=\"{Html.Text(volume.Name)}\">\n");
        AppendPicture(html, volume);
        html.Append($"<div class=\"about\">\n<h2 id=\"{id}\">{Html.Text(volume.Name)}</h2>\n<p class=\"kind\">{Html.Text(volume.Kind)}</p>\n");
        AppendButtons(html, volume, lines);
        AppendFacts(html, volume, lines);
        AppendProblems(html, volume.Problems);
        html.Append("</div>\n<div class=\"more\">\n");
        LevelTable.Append(html, volume, service);
        if (volume.Channels.Count > 1) AppendChannels(html, volume.Channels);
        AppendOthers(html, volume.Others);
        AppendLines(html, volume, lines);
        html.Append("</div>\n</article>\n");
    }

    private static void AppendPicture(StringBuilder html, VolumeFacts volume)
    {
        PicturePlan plan = PicturePlan.Overview(volume, PicturePlan.ActiveChannels(volume), volume.Leading.T);
        if (!plan.IsWithinLimits)
        {
            html.Append("<figure class=\"picture none\"><figcaption>No picture: its coarsest level is too large for one. With more <code>--levels</code> there is one.</figcaption></figure>\n");
            return;
        }

        int level = plan.Panels[0].Level.Index;
        string what = plan.Panels.Count == 1 ? "The plane" : "Three slices through the middle: xy, at its right zy, below it xz";
        html.Append(CultureInfo.InvariantCulture, $"<figure class=\"picture\"><img src=\"{Uri.EscapeDataString(volume.Name)}/preview.png\" width=\"{plan.Width}\" height=\"{plan.Height}\"")
            .Append($" alt=\"{Html.Text($"{what}, of {volume.Name}, {ShapeWords(volume.Shape)}")}\">\n")
            .Append(CultureInfo.InvariantCulture, $"<figcaption>{what}; level {level}<span class=\"preview\" hidden>, still a preview</span></figcaption></figure>\n");
    }

    private static void AppendButtons(StringBuilder html, VolumeFacts volume, ClientLines lines)
    {
        if (volume.DataType is DataType.Int64 or DataType.Float64)
        {
            // It would open with nothing in it, and say why where nobody looks.
            html.Append($"<p class=\"hint\">Neuroglancer shows no voxels of type {volume.DataType.Name()}; napari, zarr-python and GDAL read them.</p>\n");
            return;
        }

        // The v3 root shows all there is, and with it coarser levels lie exactly over finer ones, which the v2 root's metadata may not say.
        string name = Html.Text(volume.Name);
        html.Append($"<p class=\"open\"><a href=\"{Html.Text(lines.NeuroglancerZarr3)}\" class=\"button\">Open in Neuroglancer<span class=\"visually-hidden\">: {name}</span></a>\n")
            .Append($"<a href=\"{Html.Text(lines.NeuroglancerZarr2)}\" class=\"button quiet\">{(lines.Part is { } part ? $"only {Html.Text(part)}" : "from OME-Zarr 0.4")}<span class=\"visually-hidden\"> in Neuroglancer: {name}</span></a>");
        if (lines.VizarrLink is { } vizarr)
            html.Append($"\n<a href=\"{Html.Text(vizarr)}\" class=\"button quiet\" rel=\"noreferrer\">vizarr<span class=\"visually-hidden\">: {name}</span></a>");
        html.Append("</p>\n");
        if (lines.IsViewerBuiltIn && lines.VizarrLink is null) return;
        html.Append("<p class=\"hint\">");
        if (!lines.IsViewerBuiltIn) html.Append("Neuroglancer is not built into this program: the link leads to the public one, on the internet. ");
        html.Append(lines.IsViewerBuiltIn ? "vizarr is a page" : lines.VizarrLink is null ? "That is a page" : "That and vizarr are pages")
            .Append(" on the internet; what is not on this machine is read from there only over HTTPS.</p>\n");
    }

    private static void AppendFacts(StringBuilder html, VolumeFacts volume, ClientLines lines)
    {
        html.Append("<dl class=\"facts\">\n");
        AppendFact("Shape", volume.Shape.ToString());
        AppendFact("Data type", $"{volume.DataType.Name()}, {Amounts.Bytes((double)volume.Shape.Count * volume.DataType.Size())}");
        AppendFact("Voxel size", VoxelSizeText(volume.VoxelSize));
        if (volume.VoxelSize.Unit is { } unit) AppendFact("Size", PhysicalSize(volume.Shape, volume.VoxelSize, unit));
        if (volume.TimeStep is { } step) AppendFact("Time step", string.Create(CultureInfo.InvariantCulture, $"{step.Step} {step.Unit ?? "(no unit)"}"));
        if (lines.Part is { } part) AppendFact($"{volume.Name}.zarr", $"{part}; {volume.Name}.ome.zarr has all");
        AppendFact("Source", volume.SourcePath);
        if (volume.MountPath is { } mounted) AppendFact("Mounted at", mounted);
        html.Append("</dl>\n");

        void AppendFact(string name, string value) => html.Append($"<div><dt>{Html.Text(name)}</dt><dd>{Html.Text(value)}</dd></div>\n");
    }

    private static void AppendProblems(StringBuilder html, IReadOnlyList<SourceProblem> problems)
    {
        int bad = problems.Count(problem => problem.Kind == SourceProblemKind.Bad);
        int missing = problems.Count - bad;
        string words = $"Found so far: <span data-bad>{bad}</span> bad, <span data-missing>{missing}</span> missing.<span data-news hidden> Load this page again for their names.</span>";
        if (problems.Count == 0)
        {
            html.Append($"<p class=\"problems\">{words}</p>\n");
            return;
        }

        html.Append($"<details class=\"problems{(bad > 0 ? " bad" : "")}\"><summary>{words}</summary><ul>\n");
        foreach (SourceProblem problem in problems.OrderByDescending(problem => problem.Kind).Take(MostProblems))
            html.Append($"<li><b>{problem.Planes}</b> {Html.Text(problem.Path)}: {Html.Text(problem.Message)}</li>\n");
        if (problems.Count > MostProblems) html.Append($"<li>and {problems.Count - MostProblems} more</li>\n");
        html.Append("</ul></details>\n");
    }

    private static void AppendChannels(StringBuilder html, IReadOnlyList<OmeroChannel> channels)
    {
        html.Append("<details><summary>Channels</summary><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Channels\"><table><thead><tr><th scope=\"col\">Channel")
            .Append("<th scope=\"col\">Name<th scope=\"col\">Colour<th scope=\"col\">Contrast</tr></thead><tbody>\n");
        for (int c = 0; c < channels.Count; c++)
        {
            string color = channels[c].Color.ToString("X6", CultureInfo.InvariantCulture);
            html.Append($"<tr><td>{c}<td>{Html.Text(channels[c].Label)}<td><svg class=\"swatch\" viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect width=\"1\" height=\"1\" fill=\"#{color}\"/></svg> {color}")
                .Append(CultureInfo.InvariantCulture, $"<td>{channels[c].Window.Start} to {channels[c].Window.End}</tr>\n");
        }

        html.Append("</tbody></table></div></details>\n");
    }

    private static void AppendOthers(StringBuilder html, IReadOnlyList<string> others)
    {
        foreach (string other in others.Take(MostProblems)) html.Append($"<p>Not shown: {Html.Text(other)}</p>\n");
    }

    /// <summary>A line can be selected with one click; the buttons come with the script, which makes them work.</summary>
    private static void AppendLines(StringBuilder html, VolumeFacts volume, ClientLines lines)
    {
        html.Append("<details class=\"lines\"><summary>Lines for other programs</summary>\n");
        foreach (ClientLine line in lines.Lines)
        {
            string label = $"{line.Program}, {volume.Name}";
            html.Append($"<div class=\"line\"><h3>{Html.Text(line.Program)}{(line.Note is { } note ? $" <small>{Html.Text(note)}</small>" : "")}</h3>")
                .Append($"<div class=\"copy\"><code tabindex=\"0\" aria-label=\"{Html.Text(label)}\">{Html.Text(line.Line)}</code>")
                .Append($"<button type=\"button\" hidden aria-label=\"Copy: {Html.Text(label)}\">Copy</button></div></div>\n");
        }

        html.Append("</details>\n");
    }

    private static string ShapeWords(in VolumeShape shape)
    {
        (long t, long c) = (shape.T, shape.C);
        return string.Create(CultureInfo.InvariantCulture, $"{shape.X} by {shape.Y} by {shape.Z} voxels{(c > 1 ? $", {c} channels" : "")}{(t > 1 ? $", {t} times" : "")}");
    }

    private static string VoxelSizeText(VoxelSize size)
    {
        string unit = size.Unit ?? "(no unit)";
        return string.Create(CultureInfo.InvariantCulture, $"{(size.IsIsotropic ? $"{size.X:0.######}" : $"{size.Z:0.######} × {size.Y:0.######} × {size.X:0.######}")} {unit}{(size.IsIsotropic ? "" : " (z y x)")}");
    }

    private static string PhysicalSize(in VolumeShape shape, VoxelSize size, string unit)
    {
        // Micrometres are hard to grasp of what is larger than a hand.
        double longest = Math.Max(shape.Z * size.Z, Math.Max(shape.Y * size.Y, shape.X * size.X));
        (double factor, string name) = unit == "micrometer" && longest >= 1000 ? (1e-3, "millimeter") : (1, unit);
        return string.Create(CultureInfo.InvariantCulture, $"{shape.Z * size.Z * factor:0.##} × {shape.Y * size.Y * factor:0.##} × {shape.X * size.X * factor:0.##} {name} (z y x)");
    }
}
