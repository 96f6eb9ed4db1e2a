using System.Text;
using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Corpus;

/// <summary>What becomes of every file of the test data, as the table in <c>docs/FORMATS.md</c>.</summary>
internal sealed class FormatTable
{
    private const string Begin = "<!-- table: dotnet run --project ZarrFs.Bench -c Release -- formats DIRECTORY -->";
    private const string End = "<!-- end of table -->";
    private const int Longest = 220;

    private FormatTable(IReadOnlyList<Row> rows) => Rows = rows;

    /// <summary>A file, or a directory of slices.</summary>
    public IReadOnlyList<Row> Rows { get; }

    /// <summary>Reads everything. Some minutes where processors are few.</summary>
    public static FormatTable Make()
    {
        Dictionary<string, Dictionary<string, string[]>> judges = Judge(TestData.Manifest.Where(entry => entry.Pixels is null));
        List<Row> rows = [];
        foreach (IGrouping<string, TestData.Entry> volume in TestData.Manifest.GroupBy(entry => SlicesOf(entry.File) ?? entry.File))
        {
            TestData.Entry[] entries = [.. volume];
            bool isDirectory = SlicesOf(entries[0].File) is not null;
            Verdict verdict = isDirectory
                ? Verdict.OfSlices(volume.Key, entries.ToDictionary(entry => entry.File, entry => entry.Pixels ?? judges[entry.File].Values.FirstOrDefault()?[0] ?? "", StringComparer.Ordinal))
                : Verdict.Of(entries[0], judges.GetValueOrDefault(volume.Key) ?? []);
            rows.Add(new Row(volume.Key, isDirectory ? entries.Length : 1, What(entries), verdict));
        }

        return new FormatTable([.. rows.OrderBy(row => row.File, StringComparer.Ordinal)]);
    }

    /// <summary>Where the table is.</summary>
    public static string Page { get; } = Path.Combine(Repository.Root, "docs", "FORMATS.md");

    /// <summary>Reads everything and writes the table into its page.</summary>
    public static void Write() => File.WriteAllText(Page, Make().In(File.ReadAllText(Page)));

    /// <summary>The page with this table in the place of the one it has.</summary>
    public string In(string page)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new FormatException($"there is no place for the table between '{Begin}' and '{End}'");
        return $"{page[..(begin + Begin.Length)]}\n\n{this}\n{page[end..]}";
    }

    public override string ToString()
    {
        StringBuilder text = new();
        foreach (IGrouping<string, Row> part in Rows.GroupBy(row => row.File.Split('/')[0]))
        {
            text.Append($"### {part.Key}\n\n| file | what it is | result |\n|---|---|---|\n");
            foreach (IGrouping<(string? Directory, string What, string Text), Row> kind in part.GroupBy(row => (row.Files > 1 ? row.File : Path.GetDirectoryName(row.File), row.What, row.Verdict.Text)))
            {
                Row first = kind.First();
                string more = first.Files > 1 ? $"/ ({first.Files} slices)" : kind.Count() > 1 ? $" and {kind.Count() - 1} more" : "";
                text.Append($"| {Cell(first.File)}{more} | {Cell(first.What)} | {Cell(first.Verdict.Kind switch { VerdictKind.Refused => "refused: ", VerdictKind.Error => "error: ", _ => "" } + first.Verdict.Text)} |\n");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Cell(string text)
    {
        text = text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    /// <summary>The directory that is one volume with the slice in it, or null for a file that is a volume itself.</summary>
    private static string? SlicesOf(string file)
    {
        string[] parts = file.Split('/');
        if (parts[1] == "slices") return string.Join('/', parts[..(parts[2] == "ome-multifile" ? 4 : 3)]);
        return parts.Length > 3 && parts[2].StartsWith("slices-", StringComparison.Ordinal) ? string.Join('/', parts[..3]) : null;
    }

    private static string What(TestData.Entry[] entries)
    {
        TestData.Entry entry = entries.FirstOrDefault(entry => entry.Width > 0) ?? entries[0];
        if (entry.IsUnreadable || entry.Bits == 0) return "";
        List<string> words = [$"{(entry.Pages > 1 ? $"{entry.Pages}×" : "")}{entry.Height}×{entry.Width} {entry.Format}{entry.Bits}{(entry.Samples > 1 ? $"×{entry.Samples}" : "")}"];
        if (entry.Photometric is not ("MINISBLACK" or "")) words.Add(entry.Photometric);
        words.Add(entry.Compression + (entry.Predictor > 1 ? $" predictor {entry.Predictor}" : ""));
        words.Add(entry.Layout);
        if (entry.IsPlanar && entry.Samples > 1) words.Add("planar");
        if (entry.IsBigEndian) words.Add("big-endian");
        if (entry.IsBigTiff) words.Add("BigTIFF");
        if (entry.Kind.Length > 0) words.Add(entry.Kind);
        return string.Join(", ", words);
    }

    private static Dictionary<string, Dictionary<string, string[]>> Judge(IEnumerable<TestData.Entry> entries)
    {
        string[] files = [.. entries.Select(entry => entry.File)];
        Tool run = Script.RunPython("judge_tiffs", new { files = files.Select(TestData.Path) }, seconds: 1800);
        Dictionary<string, Dictionary<string, string[]>> found = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string[]>>>(run.Output)!;
        return files.ToDictionary(file => file, file => found[TestData.Path(file)], StringComparer.Ordinal);
    }

    /// <param name="File">Path below the root.</param>
    /// <param name="Files">How many files it is.</param>
    /// <param name="What">Size, type, compression and so on, as the manifest has it.</param>
    /// <param name="Verdict">What became of it.</param>
    public sealed record Row(string File, int Files, string What, Verdict Verdict);
}
