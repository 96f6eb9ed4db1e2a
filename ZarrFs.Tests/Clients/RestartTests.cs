using System.Globalization;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Clients;

/// <summary>What a program that is started again on a filled disk cache still does itself.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void Chunks_in_the_cache_are_read_by_the_kernel_and_not_by_the_program()
    {
        using var disk = new TemporaryFileSystem(); // passthrough takes a file system that is not stacked on others
        string slices = ScanVolume.Write(_workspace.At("slices"), 64, 100, 160), cache = Path.Combine(disk.Root, "cache");
        string[] view = [slices, "--cache", cache, "--cache-size", "60MB", "--chunk-size", "32"];
        ZarrFsProcess.Run(["warm", .. view, "--levels", "all"]).Expect();
        ZarrFsProcess.Run("materialize", slices, _workspace.At("store.ome.zarr"), "--chunk-size", "32", "--format", "0.5").Expect();
        string mount = Directory.CreateDirectory(_workspace.At("mount")).FullName;
        for (int start = 0; start < 2; start++)
        {
            using ZarrFsProcess process = ZarrFsProcess.Start(["mount", slices, mount, .. view[1..], "--build-pyramid", "off"]);
            string[] chunks = [.. Directory.EnumerateFiles(Path.Combine(mount, "slices.ome.zarr"), "*", SearchOption.AllDirectories).Where(path => path.Contains("/c/", StringComparison.Ordinal))];
            long before = ReadBy(process.Id), bytes = 0;
            foreach (string chunk in chunks)
            {
                byte[] found = File.ReadAllBytes(chunk);
                bytes += found.Length;
                string expected = chunk.Replace(Path.Combine(mount, "slices.ome.zarr"), _workspace.At("store.ome.zarr"), StringComparison.Ordinal);
                Assert.Equal(File.Exists(expected) ? File.ReadAllBytes(expected) : new byte[found.Length], found);
            }

            Assert.True(bytes > 2 << 20, $"{chunks.Length} chunks, {bytes} bytes");
            long read = ReadBy(process.Id) - before;
            Assert.True(read < bytes / 20, $"the program has read {read} bytes for {bytes} of chunks, at start {start}\n{process.Log}");
            process.Stop();
        }
    }

    /// <summary>Bytes that a process has read by now, from whatever: files, sockets, questions of the kernel.</summary>
    private static long ReadBy(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/io").First(line => line.StartsWith("rchar: ", StringComparison.Ordinal))["rchar: ".Length..], CultureInfo.InvariantCulture);
}
