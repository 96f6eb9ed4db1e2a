using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Corpus;

/// <summary>Every file of the test data: the right voxels, or a clear error; and the table in the documentation says what is so.</summary>
public sealed class FormatTableTests
{
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
                VerdictKind.Other => false,
                // What is refused is named with its value.
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
