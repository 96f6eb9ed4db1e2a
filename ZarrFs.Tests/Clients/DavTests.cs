using System.Text.RegularExpressions;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>WebDAV's clients see the tree and cannot change it.</summary>
[Collection(DoorsShowcaseTests.Name)]
public sealed partial class DavTests(DoorsShowcase doors)
{
    [ClientFact(Needs.Fuse | Needs.Rclone)]
    public void Rclone_copies_the_whole_tree()
    {
        string copy = doors.At("rclone-webdav");
        string[] remote = [":webdav:", "--webdav-url", $"{doors.Address}/", "--webdav-vendor", "other", "--config", "/dev/null"];
        Tool.Run("rclone", ["copy", remote[0], copy, .. remote[1..]]).Expect();
        doors.CheckCopy(copy);
        Tool.Run("rclone", ["check", remote[0], copy, "--download", .. remote[1..]]).Expect();
    }

    [ClientFact(Needs.Fuse | Needs.Rclone)]
    public void Rclone_copies_what_a_link_with_a_token_opens()
    {
        string copy = doors.At("rclone-token");
        Tool.Run("rclone", ["copy", ":webdav:", copy, "--webdav-url", $"{doors.GuardedAddress}/t/{doors.Token}", "--webdav-vendor", "other", "--config", "/dev/null"]).Expect();
        doors.CheckCopy(copy);
    }

    [ClientFact(Needs.Fuse | Needs.Cadaver)]
    public void Cadaver_lists_and_gets_and_cannot_put()
    {
        string copy = doors.At("cadaver.json"), script = doors.Write(
            "cadaver.txt", $"cd \"{DoorsShowcase.Volume}.zarr\"\nls\nget .zattrs {doors.At("cadaver.json")}\ncd 0\nls 0\nput {doors.Write("put.txt", "x")}\nquit\n");
        Tool run = Tool.Run("/bin/sh", ["-c", $"HOME='{doors.Folder("home")}' LC_ALL=C.UTF-8 exec cadaver -t '{doors.Address}/' < '{script}'"]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(doors.MountPath, $"{DoorsShowcase.Volume}.zarr", ".zattrs")), File.ReadAllBytes(copy));
        foreach (string line in (string[])["^Coll: +1 ", @"^ +\.zattrs +[1-9]", "^Coll: +2 ", "405 Method Not Allowed"])
            Assert.True(Regex.IsMatch(run.Output, line, RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(2)), run.Transcript);
        Assert.DoesNotContain("WebDAV-enabled", run.Output, StringComparison.Ordinal);
    }

    [ClientFact(Needs.Fuse | Needs.Root | Needs.Davfs)]
    public void Davfs_mounts_the_whole_tree()
    {
        using Workspace workspace = new();
        string mount = workspace.Folder("mount"), log = workspace.At("log");
        // Its daemon is a user of its own, and its standard buffer is too small for the directories that Linux 6.18 asks for.
        Tool.Run("chmod", ["755", workspace.Root]).Expect();
        Tool.Run("chmod", ["777", workspace.Folder("cache")]).Expect();
        string options = $"ro,conf={workspace.Write("davfs2.conf", $"ask_auth 0\nuse_locks 0\nbuf_size 256\nconnect_timeout 120\nread_timeout 120\ncache_dir {workspace.At("cache")}\n")}";
        Tool mounted = Tool.Run("/bin/sh", ["-c", $"exec /sbin/mount.davfs {doors.Address}/ '{mount}' -o '{options}' > '{log}' 2>&1"]);
        Assert.True(mounted.ExitCode == 0, $"{mounted.Command}\n{File.ReadAllText(log)}");

        string[] volumes = [.. Directory.GetDirectories(doors.MountPath).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        Assert.Equal([.. volumes, "lost+found"], Directory.GetDirectories(mount).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)); // the last is its own
        foreach (string volume in volumes) Tool.Run("diff", ["-r", Path.Combine(mount, volume), Path.Combine(doors.MountPath, volume)]).Expect();
        Tool.Run("umount", [mount]).Expect();
    }

    [ClientFact(Needs.Fuse | Needs.Litmus)]
    public async Task Litmus_is_content_with_what_reads_and_may_write_nothing()
    {
        await using LitmusFront front = new($"{doors.Address}/{Uri.EscapeDataString(DoorsShowcase.Volume)}.zarr/");
        string folder = doors.Folder("litmus");
        // It leaves files in /tmp, whatever TMPDIR says: where it may, it gets a /tmp of its own.
        string apart = Tool.Run("unshare", ["--map-root-user", "--mount", "true"]).ExitCode == 0 ? "unshare --map-root-user --mount" : "env";
        Tool run = Tool.Run(
            "/bin/sh", ["-c", $"cd '{folder}' && TESTS='basic http props' exec {apart} sh -c '{(apart == "env" ? "" : "mount --bind . /tmp && ")}exec litmus -k {front.Address}'"]);
        foreach (string test in (string[])["expect100", "propfind_invalid", "propfind_invalid2", "propfind_d0", "propextended", "propwformed"])
            Assert.True(run.Output.Contains($"{test}".PadRight(22, '.') + " pass", StringComparison.Ordinal), $"{test} did not pass\n{run.Transcript}");

        // Locks, which are for who writes, are all that OPTIONS is found to lack; and all that fails is what writes.
        Assert.Contains("options............... WARNING: server does not claim Class 2 compliance", run.Output, StringComparison.Ordinal);
        string[] failed = ["delete_fragment", "mkcol", "mkcol_with_body", "propinit", "propmanyns", "put_get", "put_get_utf8_segment"];
        Assert.Equal(failed, Failures.Matches(run.Output).Select(match => match.Groups["test"].Value).Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"(?<test>\w+)\.+ FAIL ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 120_000)]
    private static partial Regex Failures { get; }
}
