using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Systemd;

/// <summary>A test that boots this machine's root as a container; skipped, with the reason, where that is not possible.</summary>
internal sealed class LiveFactAttribute : FactAttribute
{
    // Tried, since what may be missing is many things: the overlay, namespaces, control groups that can be written.
    private static readonly Lazy<string?> Trial = new(Try);

    public LiveFactAttribute() => Skip = new FuseFactAttribute { NeedsRoot = true }.Skip ?? (Environment.IsPrivilegedProcess ? Missing() ?? Trial.Value : "needs root");

    private static string? Missing() =>
        !File.Exists("/lib/systemd/systemd") ? "there is no systemd; install/test installs it"
        : !File.Exists("/usr/bin/systemd-nspawn") ? "there is no systemd-nspawn; install/test installs it"
        : null;

    private static string? Try()
    {
        using var workspace = new Workspace();
        Tool tried = Tool.Run("unshare", ["--mount", "/bin/bash", LiveSystem.Container, workspace.Root, "60", "/bin/true"]);
        return tried.ExitCode == 0 ? null : $"this machine cannot be run as a container: {tried.Error.Trim()}";
    }
}
