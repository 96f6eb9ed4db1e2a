using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Install;

/// <summary>The scripts that put the program where services run it and take it away again, and the units of those services.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [InstallFact("bash")]
    public void Puts_everything_in_its_place_and_takes_exactly_that_away()
    {
        string build = _workspace.Folder("build", "sub");
        File.Copy("/bin/true", _workspace.At("build", "zarrfs"));
        _workspace.Write("build/sub/part.dll", "of the first");
        _workspace.Write("build/old.dll", "of the first alone");
        string target = _workspace.Folder("target");
        _workspace.Write("target/opt/other/keep", "mine");

        Run("install", "--from", Path.GetDirectoryName(build)!).Expect();
        string[] first = Files(target);
        Assert.Contains("opt/zarrfs/zarrfs", first);
        Assert.Contains("opt/zarrfs/sub/part.dll", first);
        Assert.Contains("usr/local/bin/zarrfs", first);
        Assert.Contains("etc/zarrfs/zarrfs.json", first);
        Assert.Contains("etc/systemd/system/zarrfs.service", first);
        Assert.Contains("etc/systemd/system/zarrfs-mount@.service", first);
        Assert.Equal("/opt/zarrfs/zarrfs", new FileInfo(Path.Combine(target, "usr/local/bin/zarrfs")).LinkTarget);

        // Another version in its place: the configuration is the user's, what is gone from the program is gone.
        _workspace.Write("target/etc/zarrfs/zarrfs.json", "changed");
        _workspace.Write("build/sub/part.dll", "of the second");
        File.Delete(_workspace.At("build", "old.dll"));
        _workspace.Write("target/opt/zarrfs/mine", "the user's");
        for (int i = 0; i < 2; i++) Run("install", "--from", Path.GetDirectoryName(build)!).Expect();
        Assert.Equal(first.Except(["opt/zarrfs/old.dll"]).Append("opt/zarrfs/mine").Order(StringComparer.Ordinal), Files(target));
        Assert.Equal("changed", File.ReadAllText(Path.Combine(target, "etc/zarrfs/zarrfs.json")));
        Assert.Equal("of the second", File.ReadAllText(Path.Combine(target, "opt/zarrfs/sub/part.dll")));

        Run("uninstall").Expect();
        Assert.Equal(["etc/zarrfs/zarrfs.json", "opt/other/keep", "opt/zarrfs/mine"], Files(target));
        Assert.Equal(1, Run("uninstall").ExitCode);
        Run("uninstall", "--purge").Expect();
        Assert.Equal(["opt/other/keep", "opt/zarrfs/mine"], Files(target));
    }

    [InstallFact("bash")]
    public void Files_of_others_are_in_nobodys_way()
    {
        File.Copy("/bin/true", Path.Combine(_workspace.Folder("build"), "zarrfs"));
        _workspace.Folder("target");
        _workspace.Write("target/opt/zarrfs/something", "mine");
        Tool refused = Run("install", "--from", _workspace.At("build"));
        Assert.True(refused.ExitCode == 1 && refused.Error.Contains("has files in it", StringComparison.Ordinal), refused.Transcript);
        Assert.Equal(["opt/zarrfs/something"], Files(_workspace.At("target")));
        Assert.Equal(1, Run("install", "--from", _workspace.At("target")).ExitCode);
        Assert.Equal(1, Run("install", "--nonsense").ExitCode);
    }

    [InstallFact("bash")]
    public void Places_are_what_completion_writes_and_no_others()
    {
        File.Copy("/bin/true", Path.Combine(_workspace.Folder("build"), "zarrfs"));
        string target = _workspace.Folder("target");
        for (int i = 0; i < 2; i++) Run("PREFIX=/opt/zarrfs/", "install", "--from", _workspace.At("build")).Expect();
        Assert.Contains("opt/zarrfs/zarrfs", Files(target));
        Run("PREFIX=/opt/zarrfs//", "uninstall", "--purge").Expect();
        Assert.Empty(Files(target));

        Tool refused = Run("PREFIX=/opt/my place", "install", "--from", _workspace.At("build"));
        Assert.True(refused.ExitCode == 1 && refused.Error.Contains("character", StringComparison.Ordinal), refused.Transcript);
        Assert.Empty(Files(target));
    }

    [InstallFact("bash")]
    public void What_fails_half_way_can_be_taken_away()
    {
        File.Copy("/bin/true", Path.Combine(_workspace.Folder("build"), "zarrfs"));
        string target = _workspace.Folder("target");
        _workspace.Write("target/usr/local/bin/zarrfs", "another's");
        Assert.Equal(1, Run("install", "--from", _workspace.At("build")).ExitCode);
        Assert.Equal(["usr/local/bin/zarrfs"], Files(target));

        _workspace.Write("target/etc/zarrfs", "in the way of the configuration");
        Assert.Equal(1, Run("BINDIR=/bin", "install", "--from", _workspace.At("build")).ExitCode);
        Assert.Contains("etc/systemd/system/zarrfs.service", Files(target));
        Run("BINDIR=/bin", "uninstall").Expect();
        Assert.Equal(["etc/zarrfs", "usr/local/bin/zarrfs"], Files(target));
    }

    [InstallFact("systemd-analyze")]
    public void Units_are_sound_and_the_one_without_a_mount_is_locked_up()
    {
        string[] units = [.. Directory.GetFiles(Path.Combine(Repository.Root, "install/systemd"), "*.service").Select(unit =>
            _workspace.Write(
                Path.GetFileName(unit).Replace("@.", "@lab.", StringComparison.Ordinal),
                File.ReadAllText(unit).Replace("/opt/zarrfs/zarrfs", "/bin/true", StringComparison.Ordinal)))];
        Assert.Equal(2, units.Length);
        foreach (string unit in units)
        {
            Tool verified = Tool.Run("systemd-analyze", ["verify", "--man=no", unit]).Expect();
            Assert.DoesNotContain(Path.GetFileName(unit), verified.Error, StringComparison.Ordinal);
        }

        // Of 100; what is left is that it speaks to the network, and that it may run code that it has made itself.
        Tool.Run("systemd-analyze", ["security", "--offline=true", "--threshold=20", units.Single(unit => Path.GetFileName(unit) == "zarrfs.service")]).Expect();
        Tool.Run("systemd-analyze", ["security", "--offline=true", "--threshold=50", units.Single(unit => Path.GetFileName(unit) != "zarrfs.service")]).Expect();
    }

    [InstallFact("shellcheck")]
    public void Scripts_have_no_mistakes_that_a_checker_knows() => Tool.Run(
        "shellcheck",
        ["--severity=warning", "-x", "-P", Path.Combine(Repository.Root, "install"), "-s", "bash", .. Directory.GetFiles(Path.Combine(Repository.Root, "install"))]).Expect();

    private static string[] Files(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(directory, file)).Order(StringComparer.Ordinal).Where(file => !file.Contains("/examples/", StringComparison.Ordinal))];

    /// <param name="words">The script and its arguments, with variables in front.</param>
    private Tool Run(params string[] words)
    {
        int script = Array.FindIndex(words, word => !word.Contains('='));
        return Tool.Run("/usr/bin/env", [$"DESTDIR={_workspace.At("target")}", .. words[..script], Path.Combine(Repository.Root, "install", words[script]), .. words[(script + 1)..]]);
    }
}

/// <summary>A test that runs a tool of the system; skipped where it is not there.</summary>
internal sealed class InstallFactAttribute : FactAttribute
{
    public InstallFactAttribute(string tool)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, tool))))
            Skip = $"there is no {tool}; install/test installs it";
    }
}
