using System.Diagnostics;
using System.Net.Sockets;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Clients;

/// <summary>The mount shared again by Samba, as <c>config/examples/smb.conf</c> has it, and read with smbclient.</summary>
public sealed class SambaTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private Process? _samba;

    public void Dispose()
    {
        if (_samba is not null)
        {
            _samba.Kill(entireProcessTree: true); // it has children, one a client
            _samba.WaitForExit();
            _samba.Dispose();
        }

        _workspace.Dispose();
    }

    [ClientFact(Needs.Fuse | Needs.Root | Needs.Samba)]
    public void Whole_tree_is_listed_and_read_as_the_mount_has_it()
    {
        ScanVolume.Write(_workspace.At("slices"), 40, 70, 90);
        string mount = _workspace.Folder("mount");
        using ZarrFsProcess process = ZarrFsProcess.Start("run", _workspace.At("slices"), "--mount", mount, "--allow-other", "--chunk-size", "32");
        int port = StartSamba(mount);

        Tool list = Client(port, "ls slices.zarr/*");
        Assert.Contains(".zattrs", list.Output, StringComparison.Ordinal);
        Assert.Contains(".zmetadata", list.Output, StringComparison.Ordinal);

        string copy = _workspace.Folder("copy");
        Client(port, $"lcd {copy}; recurse ON; prompt OFF; mget slices.zarr slices.ome.zarr");
        Tool.Run("diff", ["-r", mount, copy]).Expect();
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(copy, "slices.zarr", "0"), "*", SearchOption.AllDirectories));

        foreach (string refused in (ReadOnlySpan<string>)["put /etc/hostname slices.zarr/x", "del slices.zarr/.zattrs", "mkdir y", "rename slices.zarr z"])
            Assert.Contains("NT_STATUS_", Smb(port, refused).Output, StringComparison.Ordinal);
        Assert.Contains("NT_STATUS_OBJECT_NAME_NOT_FOUND", Smb(port, "get slices.zarr/.ZATTRS -").Output, StringComparison.Ordinal);
        process.Stop();
    }

    private static Tool Smb(int port, string commands) => Tool.Run("smbclient", ["//127.0.0.1/volumes", "-N", "-p", $"{port}", "-t", "120", "-s", "/dev/null", "-c", commands]);

    private static Tool Client(int port, string commands)
    {
        Tool run = Smb(port, commands).Expect();
        Assert.DoesNotContain("NT_STATUS_", run.Output, StringComparison.Ordinal);
        return run;
    }

    /// <summary>Starts smbd with the example's settings, and all that it writes in the test's own directory.</summary>
    private int StartSamba(string mount)
    {
        string example = File.ReadAllText(Path.Combine(Repository.Root, "config/examples/smb.conf"));
        Assert.Contains("path = /mnt/scrolls", example, StringComparison.Ordinal);
        string own = string.Concat(((string[])["lock", "state", "cache", "pid", "private", "ncalrpc"])
            .Select(name => $"    {name} {(name == "private" ? "dir" : name == "ncalrpc" ? "dir" : "directory")} = {_workspace.Folder("samba", name)}\n"));
        string file = _workspace.Write(
            "smb.conf", $"[global]\n    interfaces = 127.0.0.1\n    bind interfaces only = yes\n{own}\n{example.Replace("/mnt/scrolls", mount, StringComparison.Ordinal)}");
        Tool.Run("chmod", ["755", _workspace.Root, _workspace.At("samba")]).Expect();
        int port = FreePort.Find();
        _samba = Process.Start(new ProcessStartInfo("smbd", ["--foreground", "--no-process-group", "--debug-stdout", "-s", file, "-p", $"{port}"])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        })!;
        _samba.OutputDataReceived += static (_, _) => { };
        _samba.ErrorDataReceived += static (_, _) => { };
        _samba.BeginOutputReadLine();
        _samba.BeginErrorReadLine();
        Eventually.True(() => _samba.HasExited || Answers(port), "smbd answers");
        Assert.False(_samba.HasExited);
        return port;
    }

    private static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
