using System.Text.Json;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Tiff;

namespace ZarrFs.Tests.Clients;

/// <summary>Files that tiffcp and GDAL wrote, in every compression, predictor, layout, byte order and type they have, are read as GDAL reads them.</summary>
public sealed class CompressedTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClientFact(Needs.Python | Needs.TiffTools)]
    public void What_others_write_is_read_as_others_read_it()
    {
        string folder = _workspace.Folder("grid");
        string[] files = JsonSerializer.Deserialize<string[]>(Script.RunPython("write_tiffs", new { folder }).Output)!;
        List<string> wrong = [];
        foreach (string file in files)
        {
            string path = Path.Combine(folder, file);
            using PageImage image = new(path, Photometric.Ignore);
            byte[] expected = File.ReadAllBytes(path + ".raw");
            if (!image.Bands(0).AsSpan().SequenceEqual(expected)) wrong.Add(file);
            else if (Boxes(image, expected) is { } box) wrong.Add($"{file}: {box}");
            Assert.Equal(0, image.BuffersHeld());
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {files.Length}:\n{string.Join('\n', wrong)}");
        Assert.True(files.Length > 600, $"only {files.Length} files");
    }

    /// <summary>Odd files of which no sum is known; the value is what must be said of those that are not read.</summary>
    private static Dictionary<string, string> Refused { get; } = new(StringComparer.Ordinal)
    {
        ["libtiff/ojpeg_chewey_subsamp21_multi_strip.tiff"] = "Compression 6 (old JPEG) is not supported",
        ["libtiff/ojpeg_single_strip_no_rowsperstrip.tiff"] = "Compression 6 (old JPEG) is not supported",
        ["libtiffpic/zackthecat.tif"] = "Compression 6 (old JPEG) is not supported",
        ["twelvemonkeys/old-style-jpeg-bogus-jpeginterchangeformatlength.tif"] = "Compression 6 (old JPEG) is not supported",
        ["twelvemonkeys/old-style-jpeg-multiple-strips.tif"] = "Compression 6 (old JPEG) is not supported",
        ["tifflibrary/flower-ycbcr-contig-08_h4v4.tiff"] = "YCbCrSubSampling 4 × 4",
        ["twelvemonkeys/planar-yuv410-jpeg-lzw.tif"] = "YCbCrSubSampling 4 × 4",
        ["twelvemonkeys/planar-yuv420-jpeg-lzw.tif"] = "YCbCrSubSampling 2 × 2",
        ["twelvemonkeys/planar-yuv420-jpeg-uncompressed.tif"] = "YCbCrSubSampling 2 × 2",
        ["twelvemonkeys/planar-yuv422-bt601-uncompressed.tif"] = "YCbCrSubSampling 2 × 1",
        ["twelvemonkeys/jpeg-lossless-16bit-gray.tif"] = "page 0, tile 0: libtiff: ",
        ["libtiff/testfax3_bug54_1dnoEOL.tif"] = "page 0, strip 0: libtiff: CCITT T.4: the data ends before row 36",
        ["libtiffpic/text.tif"] = "page 0, strip 5: libtiff: ThunderDecode: ",
    };

    [ClientFact(Needs.Python | Needs.RealData)]
    public void Odd_files_are_read_as_others_read_them_or_refused_by_name()
    {
        string folder = _workspace.Folder("odd");
        string[] files =
        [
            .. TestData.Manifest.Where(static entry => entry.File.StartsWith("odd/", StringComparison.Ordinal) && entry.Pixels is null)
                .Select(static entry => entry.File["odd/".Length..]),
        ];
        string[] paths = [.. files.Select(static file => TestData.Path(Path.Combine("odd", file)))];
        Script.RunPython("read_pages_with_gdal", new { folder, files = paths });
        List<string> wrong = [];
        for (int i = 0; i < files.Length; i++)
        {
            try
            {
                using PageImage image = new(paths[i], Photometric.Ignore);
                for (int page = 0; page < image.Pages.Count; page++)
                {
                    byte[] bands = image.Bands(page);
                    string expected = Path.Combine(folder, $"{i}.{page}.raw");
                    if (Refused.ContainsKey(files[i])) wrong.Add($"{files[i]}: not refused");
                    else if (!File.Exists(expected)) wrong.Add($"{files[i]}: page {page} is not read by GDAL");
                    else if (!bands.AsSpan().SequenceEqual(File.ReadAllBytes(expected))) wrong.Add($"{files[i]}: page {page}: other numbers");
                }
            }
            catch (SourceException error)
            {
                bool expected = Refused.TryGetValue(files[i], out string? words) && error.Detail.Contains(words, StringComparison.Ordinal);
                if (!expected) wrong.Add($"{files[i]}: {error.Detail}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(files.Length > 50, $"only {files.Length} files");
    }

    /// <summary>The first of some boxes that is not the part of the bands it should be.</summary>
    private static string? Boxes(PageImage image, byte[] bands)
    {
        PageLayout layout = image.Pages[0].Layout;
        int size = layout.DataType.Size();
        long plane = layout.Width * layout.Height * size;
        Random random = new(5);
        for (int i = 0; i < 4; i++)
        {
            int channel = random.Next(layout.Channels), y = random.Next((int)layout.Height), x = random.Next((int)layout.Width);
            int height = random.Next(1, (int)layout.Height - y + 1), width = random.Next(1, (int)layout.Width - x + 1);
            byte[] box = image.Read(0, channel, y, x, height, width);
            for (int row = 0; row < height; row++)
            {
                long from = channel * plane + ((y + row) * layout.Width + x) * size;
                if (!box.AsSpan(row * width * size, width * size).SequenceEqual(bands.AsSpan((int)from, width * size)))
                    return $"channel {channel}, rows from {y}, columns from {x}: {height} × {width}";
            }
        }

        return null;
    }
}
