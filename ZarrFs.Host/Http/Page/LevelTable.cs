using System.Globalization;
using System.Text;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Sources;

namespace ZarrFs.Host.Http.Page;

/// <summary>The levels of a volume, with what is final of each in the disk cache where any is kept there, and what is built.</summary>
internal static class LevelTable
{
    public static void Append(StringBuilder html, VolumeFacts volume, ServiceFacts service)
    {
        bool isCached = volume.Levels.Any(level => level.Final is not null);
        string reading = Amounts.Bytes(service.ReadRates.GetValueOrDefault(volume.Name));
        html.Append($"<p class=\"reading\">Read from the source: <span data-read>{Amounts.Bytes(volume.BytesRead)}</span>, now <span data-rate>{reading}/s</span></p>\n");
        if (volume.Build is { } build)
            html.Append($"<p class=\"build{(build.State == BuildState.Failed ? " bad" : "")}\">In the background: <span data-build>{Html.Text(BuildWords.Of(build, volume.Levels.Count, volume.Problems.Any(static problem => problem.Kind == SourceProblemKind.Bad)))}</span></p>\n");

        html.Append($"<details{(isCached ? " open" : "")}><summary>Levels</summary><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Levels of {Html.Text(volume.Name)}\"><table><thead><tr>")
            .Append("<th scope=\"col\">Level<th scope=\"col\">Shape<th scope=\"col\">Chunk<th scope=\"col\">Chunks<th scope=\"col\">Previews out")
            .Append(isCached ? "<th scope=\"col\">In the cache, exact" : "").Append("</tr></thead><tbody>\n");
        foreach (LevelFacts level in volume.Levels)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr data-level=\"{level.Index}\"><th scope=\"row\">{level.Index}<td>{level.Shape}<td>{level.Chunk}<td>{Html.Count(level.Chunks)}<td data-provisional>{level.Provisional}");
            if (level.FinalShare is { } share)
            {
                html.Append($"<td>{Html.Bar(share, $"Level {level.Index} in the cache")} <span data-final>{BuildWords.Percent(share)}, {Html.Count(level.Final!.Value)} of {Html.Count(level.Chunks)}</span>");
            }
            else if (isCached)
            {
                html.Append("<td>not kept: read from the source");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div></details>\n");
    }
}
