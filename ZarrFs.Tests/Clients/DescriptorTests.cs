using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Fuzz;

namespace ZarrFs.Tests.Clients;

/// <summary>Thousands of slices with hardly any descriptors.</summary>
public sealed class DescriptorTests : IDisposable
{
    private const int Slices = 4096;
    private const int Side = 16;
    private const int Chunk = 128;
    private const int MostDescriptors = 256;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClientTheory(Needs.Fuse)]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Thousands_of_slices_are_swept_with_256_descriptors(int compression)
    {
        string slices = _workspace.Folder("slices");
        for (int z = 0; z < Slices; z++)
        {
            byte[] plane = Plane(z);
            SketchedPage page = SketchedPage.Grey(Side, Side, 8, compression).Store(compression == 1 ? plane : Encoders.Deflate(plane));
            await File.WriteAllBytesAsync(_workspace.At("slices", $"{z:0000}.tif"), new SketchedTiff(page).ToArray());
        }

        using var zarrfs = ZarrFsProcess.StartLimited(
            MostDescriptors, "run", slices, "--mount", _workspace.Folder("mount"), "--listen", "127.0.0.1:0", "--chunk-size", $"{Chunk},{Side},{Side}",
            "--levels", "1", "--on-bad-slice", "fail");
        string root = Path.Combine(zarrfs.MountPath, "slices.zarr", "0");
        await Parallel.ForEachAsync(Enumerable.Range(0, Slices / Chunk), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (chunk, stop) =>
        {
            byte[] found = await File.ReadAllBytesAsync(Path.Combine(root, $"{chunk}", "0", "0"), stop);
            Assert.Equal([.. Enumerable.Range(chunk * Chunk, Chunk).SelectMany(Plane)], found);
        });
        // The limit is a quarter for files of slices: the rest is for readers and what the runtime needs.
        Assert.InRange(Directory.GetFiles($"/proc/{zarrfs.Id}/fd").Length, 1, MostDescriptors - 1);
        zarrfs.Stop();
        Assert.DoesNotContain("Too many open files", zarrfs.ErrorLog, StringComparison.Ordinal);
    }

    private static byte[] Plane(int z)
    {
        byte[] plane = new byte[Side * Side];
        new Random(z).NextBytes(plane);
        return plane;
    }
}
