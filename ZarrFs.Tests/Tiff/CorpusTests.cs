using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Tiff;

/// <summary>The stored numbers of real files, page by page, against what other readers found in them.</summary>
public sealed class CorpusTests
{
    [TestDataFact]
    public void EveryRealFileGivesItsNumbers()
    {
        List<string> wrong = [];
        int files = 0;
        foreach (TestData.Entry entry in TestData.Manifest.Where(static entry => entry.File.StartsWith("real/", StringComparison.Ordinal)))
        {
            files++;
            if (Outcome(entry) is { } trouble) wrong.Add($"{entry.File}: {trouble}");
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(files > 600, $"only {files} real files in the manifest");
    }

    [TestDataFact]
    public void EveryOddFileWithAHashGivesItsNumbersOrIsRefusedByName()
    {
        List<string> wrong = [];
        int good = 0;
        foreach (TestData.Entry entry in TestData.Manifest.Where(static entry => entry.File.StartsWith("odd/", StringComparison.Ordinal) && entry.Pixels is not null))
        {
            // libtiff reads old-style JPEG out of the whole file, which it is never given.
            bool refused = entry.Compression == "old-JPEG";
            string? trouble = Outcome(entry);
            if (refused) trouble = trouble?.Contains("Compression 6 (old JPEG) is not supported", StringComparison.Ordinal) == true ? null : "not refused";
            if (trouble is null) good++;
            else wrong.Add($"{entry.File}: {trouble}");
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(good > 100, $"only {good} odd files");
    }

    private static string? Outcome(TestData.Entry entry)
    {
        try
        {
            using PageImage image = new(TestData.Path(entry.File), Photometric.Ignore);
            string hash = image.Hash();
            return image.BuffersHeld() != 0 ? "a buffer was kept" : hash == entry.Pixels ? null : "other numbers";
        }
        catch (SourceException error)
        {
            return error.Detail;
        }
    }
}
