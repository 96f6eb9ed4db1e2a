using System.Runtime.InteropServices;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Systemd;

/// <summary>
/// This machine's own root, booted once as a throw-away container in which systemd runs the built program's units, as <c>life.sh</c> says, and what was seen
/// of that. Of this machine's own units, none that somebody has enabled is started there.
/// </summary>
public sealed class LiveSystem : IDisposable
{
    internal const int Depth = 40, Height = 70, Width = 90, OtherWidth = 64, ChunkSize = 32;

    private readonly Lazy<Workspace> _facts = new(Run);

    /// <summary>The script that makes the container.</summary>
    internal static string Container { get; } = Path.Combine(Repository.Root, "ZarrFs.Tests", "Systemd", "container.sh");

    public void Dispose()
    {
        if (_facts.IsValueCreated) _facts.Value.Dispose();
    }

    /// <summary>What a command inside has said, without what surrounds it.</summary>
    internal string Fact(string name) => File.ReadAllText(_facts.Value.At("facts", name)).Trim();

    /// <summary>Its exit code.</summary>
    internal int CodeOf(string name) => int.Parse(Fact($"{name}.code"), System.Globalization.CultureInfo.InvariantCulture);

    private static Workspace Run()
    {
        var workspace = new Workspace();
        try
        {
            ScanVolume.Write(workspace.Folder("data", "scroll"), Depth, Height, Width);
            ScanVolume.Write(workspace.Folder("data", "two"), Depth, Height, OtherWidth);
            workspace.Folder("facts");
            workspace.Write("units/live.target", "[Unit]\nRequires=basic.target\nAfter=basic.target\nWants=live.service\nAllowIsolate=yes\n");
            workspace.Write("units/live.service", """
                [Unit]
                SuccessAction=poweroff-force
                FailureAction=poweroff-force
                [Service]
                Type=oneshot
                ExecStart=/bin/bash /zarrfs-test/life.sh
                TimeoutStartSec=infinity
                StandardOutput=file:/zarrfs-test/facts/log
                StandardError=file:/zarrfs-test/facts/log
                """);
            Tool run = Tool.Run(
                "unshare", ["--mount", "/bin/bash", Container, workspace.Folder("container"), "1200", .. Binds(workspace), "--boot", "systemd.unit=live.target"], seconds: 1300);
            string log = workspace.At("facts", "log");
            Assert.True(File.Exists(workspace.At("facts", "done")), $"the script did not come to its end\n{(File.Exists(log) ? File.ReadAllText(log) : "")}\n{run.Transcript}");
            return workspace;
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }

    /// <summary>What the container has of this side, always at the same places: here it may be anywhere, below a home or in a directory for temporary files.</summary>
    private static IEnumerable<string> Binds(Workspace workspace)
    {
        const string There = "/zarrfs-test";
        // <root>/shared/Microsoft.NETCore.App/<version>/
        string runtime = Path.GetFullPath("../../..", RuntimeEnvironment.GetRuntimeDirectory());
        yield return $"--bind-ro={runtime}:{There}/dotnet";
        yield return $"--bind-ro={workspace.Write("install_location", $"{There}/dotnet\n")}:/etc/dotnet/install_location";
        yield return $"--bind-ro={Path.Combine(Repository.Root, "ZarrFs.Host", "bin", "Release", "net10.0")}:{There}/program";
        yield return $"--bind-ro={Path.Combine(Repository.Root, "install")}:{There}/install";
        yield return $"--bind-ro={Path.Combine(Repository.Root, "config")}:{There}/config";
        yield return $"--bind-ro={Path.Combine(Repository.Root, "ZarrFs.Tests", "Systemd", "life.sh")}:{There}/life.sh";
        yield return $"--bind-ro={workspace.At("data")}:{There}/data";
        yield return $"--bind={workspace.At("facts")}:{There}/facts";
        yield return $"--bind={workspace.At("units")}:/etc/systemd/system";
    }
}
