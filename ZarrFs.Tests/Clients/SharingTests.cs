using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>Many at once, and whole trees at once: parallel readers that get killed, rclone, a copy of the mount.</summary>
[Collection(ShowcaseTests.Name)]
public sealed class SharingTests(Showcase showcase)
{
    [ClientFact(Needs.Fuse | Needs.Python)]
    public async Task Parallel_readers_get_the_right_bytes_while_others_are_killed()
    {
        Script.RunPython("hammer", new { root = showcase.Address, mount = showcase.MountPath, workspace = showcase.Root });

        using var client = new HttpClient();
        using JsonDocument health = JsonDocument.Parse(await client.GetStringAsync(new Uri($"{showcase.Address}/healthz")));
        Assert.Equal("ok", health.RootElement.GetProperty("status").GetString());
        JsonElement memory = health.RootElement.GetProperty("memory");
        Assert.Equal(Showcase.MemoryBytes, memory.GetProperty("budget").GetInt64());
        Assert.InRange(memory.GetProperty("inUse").GetInt64(), 1, Showcase.MemoryBytes);
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(showcase.MountPath));
    }

    [ClientTheory(Needs.Fuse | Needs.Rclone)]
    [InlineData("cells-clipped.zarr")]
    [InlineData("cells-clipped.ome.zarr")]
    public void Rclone_copies_what_the_mount_shows(string root)
    {
        string copy = showcase.At($"rclone-{root}");
        string source = $":http:{root}";
        string[] options = ["--http-url", $"{showcase.Address}/", "--config", "/dev/null"];
        Tool.Run("rclone", ["copy", source, copy, .. options]).Expect();
        Tool.Run("rclone", ["check", copy, Path.Combine(showcase.MountPath, root), "--download", "--config", "/dev/null"]).Expect();
        Tool.Run("diff", ["-r", copy, Path.Combine(showcase.MountPath, root)]).Expect();
        Assert.NotEmpty(Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories));
    }

    [ClientFact(Needs.Fuse | Needs.Rclone)]
    public void Rclone_takes_the_start_page_for_the_list_of_roots()
    {
        Tool run = Tool.Run("rclone", ["lsf", ":http:", "--http-url", $"{showcase.Address}/", "--config", "/dev/null"]).Expect();
        string[] roots = [.. Directory.EnumerateDirectories(showcase.MountPath).Select(path => Path.GetFileName(path) + "/")];
        Assert.Equal(roots.Order(StringComparer.Ordinal), run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [ClientFact(Needs.Fuse | Needs.Python)]
    public void Copy_of_the_mount_is_a_store()
    {
        string copies = Directory.CreateDirectory(showcase.At("copies")).FullName;
        foreach (string root in (string[])["holes.zarr", "holes.ome.zarr", "mean-uint16.zarr", "mean-uint16.ome.zarr"])
            Tool.Run("cp", ["-r", Path.Combine(showcase.MountPath, root), copies]).Expect();
        Tool run = Script.RunPython("read_with_zarr", new { root = copies, workspace = showcase.Root, only = (string[])["holes", "mean-uint16"] });
        Dictionary<string, string?> verdicts = JsonSerializer.Deserialize<Dictionary<string, string?>>(run.Output)!;
        Assert.Equal(2, verdicts.Count);
        Assert.All(verdicts, verdict => Assert.Null(verdict.Value));
    }
}
