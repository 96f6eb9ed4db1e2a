using System.Text.Json;
using Xunit.Abstractions;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>Volumes that came from real instruments and other people's writers, against sums that other decoders made.</summary>
public sealed class RealDataTests(ITestOutputHelper output) : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClientFact(Needs.Fuse | Needs.Python | Needs.RealData)]
    public void Volumes_read_right_through_mount_and_HTTP()
    {
        Volume[] volumes = List();
        string configuration = JsonSerializer.Serialize(new
        {
            volumes = volumes.Select(volume => new { source = volume.Source, name = volume.Name, chunkSize = "64" }),
            mount = new { path = _workspace.Folder("mount") },
            http = new { listen = "127.0.0.1:0" },
        });
        using var process = ZarrFsProcess.Start("run", "--config", _workspace.Write("zarrfs.json", configuration));
        foreach (string root in (string[])[process.MountPath, process.Address])
        {
            Tool run = Script.RunPython("read_real", new { root, volumes = volumes.Select(volume => new { name = volume.Name, axes = volume.Axes, half = volume.Half, sha256 = volume.Sha256 }) });
            Dictionary<string, string> wrong = JsonSerializer.Deserialize<Dictionary<string, string>>(run.Output)!;
            Assert.True(wrong.Count == 0, $"{root}:\n{string.Join('\n', wrong)}\n{process.ErrorLog}");
        }

        process.Stop();
        Assert.NotEmpty(volumes);
        output.WriteLine($"{volumes.Length} volumes:\n{string.Join('\n', volumes.Select(volume => volume.Name))}");
    }

    private static Volume[] List() =>
        JsonSerializer.Deserialize<Volume[]>(Script.RunPython("list_real", new { data = NeedsExtensions.RealData }).Output, JsonSerializerOptions.Web)!;

    private sealed record Volume(string Name, string Source, string Axes, bool Half, string[] Sha256);
}
