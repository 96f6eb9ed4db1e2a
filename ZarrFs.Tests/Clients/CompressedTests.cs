using System.Text.Json;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
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
            Assert.Equal(0, image.BuffersInUse);
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {files.Length}:\n{string.Join('\n', wrong)}");
        Assert.True(files.Length > 600, $"only {files.Length} files");
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
