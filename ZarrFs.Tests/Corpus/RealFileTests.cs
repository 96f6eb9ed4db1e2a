using System.Security.Cryptography;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Corpus;

/// <summary>Real files: the right voxels, or a clear error; never anything else.</summary>
public sealed class RealFileTests
{
    private const long MostAllocated = 64L << 20;
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail, Photometric = Photometric.Ignore };

    [TestDataFact]
    public void EveryFileGivesItsVoxels()
    {
        List<string> wrong = [];
        int files = 0;
        foreach (TestData.Entry entry in TestData.Manifest.Where(entry => entry.File.StartsWith("real/", StringComparison.Ordinal) && entry.IsOneVolume && entry.Bits > 0 && !(entry.Format == "float" && entry.Bits == 16)))
        {
            files++;
            try
            {
                using ISource source = SourceOpener.Open(TestData.Path(entry.File), Failing);
                if (Hash(source) != entry.Pixels) wrong.Add($"{entry.File}: other voxels");
            }
            catch (SourceException error)
            {
                wrong.Add(error.Message);
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(files > 500, $"only {files} files in the manifest");
    }

    [TestDataFact]
    public void EveryFolderOfPlainSlicesIsItsFilesInOrder()
    {
        int folders = 0;
        foreach (IGrouping<string, TestData.Entry> folder in TestData.Manifest
            .Where(entry => entry.File.StartsWith("real/slices/", StringComparison.Ordinal) || entry.File.StartsWith("real/derived/slices", StringComparison.Ordinal))
            .GroupBy(entry => Path.GetDirectoryName(entry.File)!))
        {
            if (!folder.All(entry => entry.IsPlain && entry.IsOneVolume)) continue;
            folders++;
            using ISource source = SourceOpener.Open(TestData.Path(folder.Key), Failing);
            // Every folder here is numbered from 0 or named with one number: the number's order is the order of the planes.
            string[] files = [.. folder.Select(entry => TestData.Path(entry.File)).OrderBy(LastNumber)];
            Assert.Equal(files.Length, source.Shape.T * source.Shape.Z);
            for (int i = 0; i < files.Length; i++)
            {
                using ISource file = SourceOpener.Open(files[i], Failing);
                (long t, long z) = Math.DivRem(i, source.Shape.Z);
                Assert.Equal(Samples.ReadAll(file), Samples.Read(source, Samples.Whole(file) with { T = t, Z = z }));
            }
        }

        Assert.True(folders >= 6, $"only {folders} folders of plain slices");
    }

    [TestDataFact]
    public void OddAndCorruptFilesGiveTheirVoxelsOrAClearError()
    {
        List<string> wrong = [];
        int good = 0;
        int files = 0;
        foreach (TestData.Entry entry in TestData.Manifest)
        {
            files++;
            string path = TestData.Path(entry.File);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using ISource source = SourceOpener.Open(path, Failing);
                string hash = Hash(source);
                good++;
                // Several samples, and 16-bit floating point as it is stored, are compared page by page elsewhere.
                bool comparable = entry.Pixels is not null && entry.IsOneVolume && entry.Samples <= 1 && !(entry.Format == "float" && entry.Bits == 16);
                if (comparable && hash != entry.Pixels) wrong.Add($"{entry.File}: other voxels");
            }
            catch (SourceException error)
            {
                if (error.Path != path || error.Detail.Length < 10) wrong.Add($"{entry.File}: unclear: {error.Message}");
            }
            catch (Exception error)
            {
                wrong.Add($"{entry.File}: {error}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > MostAllocated) wrong.Add($"{entry.File}: {allocated} bytes allocated");
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.InRange(good, 500, files - 1);
    }

    [TestDataFact]
    public void DamagedSliceFoldersSayWhatIsDamaged()
    {
        string[] folders = Directory.GetDirectories(TestData.Path("corrupt/derived"), "slices-*");
        Assert.NotEmpty(folders);
        foreach (string folder in folders)
        {
            RecordingLogger logger = new();
            using ISource source = SourceOpener.Open(folder, new SourceOptions { BadSlices = BadSlicePolicy.Fill, Logger = logger });
            _ = Samples.ReadAll(source);
            SourceProblem[] before = [.. source.Problems];
            source.CheckAll(null, CancellationToken.None);
            Assert.Equal(before, source.Problems);
            Assert.Single(logger.Messages);
            // Named slices are placed by order: what is missing between them leaves no hole, and is told.
            if (folder.EndsWith("gap", StringComparison.Ordinal)) Assert.Contains("img_0002.tif is followed by img_0004.tif", logger.Messages.Single(), StringComparison.Ordinal);
            else Assert.Equal(SourceProblemKind.Bad, Assert.Single(before).Kind);
        }
    }

    private static string Hash(ISource source)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] plane = new byte[source.Shape.Y * source.Shape.X * source.DataType.Size()];
        for (long z = 0; z < source.Shape.Z; z++)
        {
            source.Read(new Region(z, 0, 0, 1, (int)source.Shape.Y, (int)source.Shape.X), plane);
            hash.AppendData(plane);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static long LastNumber(string path)
    {
        string stem = Path.GetFileName(path);
        string digits = new([.. stem[..stem.IndexOf('.')].Reverse().TakeWhile(char.IsAsciiDigit).Reverse()]);
        return long.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
    }
}
