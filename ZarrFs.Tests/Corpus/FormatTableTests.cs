using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Corpus;

/// <summary>Every file of the test data: the right voxels, or a clear error; and the table in the documentation says what is so.</summary>
public sealed class FormatTableTests
{
    /// <summary>Files whose voxels no other reader confirms, each with the reason.</summary>
    private static readonly Dictionary<string, string> Unconfirmed = new(StringComparer.Ordinal)
    {
        ["odd/libtiff/testfax3_bug54_1dnoEOL.tif"] = "lines without end-of-line codes: libtiff warns and decodes them, its own tiffcp stops at the warning",
        ["corrupt/twelvemonkeys/incorrect-compression-rle-as-g3.tif"] = "the same, and not to be told from it",
        ["odd/seq16/seq-1c-24b-072a9dc9.tiff"] = "24-bit samples in the order of the file's other numbers; this writer's are the other way round",
        ["odd/seq16/seq-3c-24b-contig-27b9f8ce.tiff"] = "the same",
        ["odd/seq16/seq-3c-24b-planar-6296c0c9.tiff"] = "the same",
    };

    [ClientFact(Needs.Python | Needs.RealData)]
    public void EveryFileIsRightOrRefusedAndTheTableSaysSo()
    {
        FormatTable table = FormatTable.Make();
        List<string> wrong = [];
        foreach (FormatTable.Row row in table.Rows)
        {
            bool good = row.Verdict.Kind switch
            {
                VerdictKind.Right => true,
                VerdictKind.Other => Unconfirmed.ContainsKey(row.File),
                // What is refused is named with its value: a number, or a name in quotes or brackets.
                _ => !row.File.StartsWith("real/", StringComparison.Ordinal) && row.Verdict.Text.Length > 10
                    && (row.File.StartsWith("corrupt/", StringComparison.Ordinal) || row.Verdict.Text.Any(char.IsAsciiDigit)),
            };
            if (!good) wrong.Add($"{row.File}: {row.Verdict}");
        }

        Assert.Empty(wrong);
        Assert.Equal(TestData.Manifest.Count, table.Rows.Sum(row => row.Files));
        string page = File.ReadAllText(FormatTable.Page);
        Assert.True(page == table.In(page), "docs/FORMATS.md is not what `dotnet run --project ZarrFs.Bench -c Release -- formats DIRECTORY` writes now");
    }
}
