using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>How the program begins and ends: kill −9, signals, a mount in use, two programs on one mountpoint, an ordinary user.</summary>
public sealed class ProcessLifeTests : IDisposable
{
    private const int Nobody = 65534;

    private readonly Workspace _workspace = new();
    private readonly byte[] _chunk;
    private readonly string _mount;

    public ProcessLifeTests()
    {
        // 8 slices of 16 × 16: one chunk of 16³, the rest of it fill.
        _chunk = [.. PlainTiff.WriteSlices(_workspace.At("slices"), 8, 16, 16).SelectMany(slice => slice), .. new byte[8 * 16 * 16 * 2]];
        _mount = _workspace.Folder("mount");
    }

    private string UnreadChunk => Path.Combine(_mount, "slices.ome.zarr/0/c/0/0/0");

    private string Chunk => Path.Combine(_mount, "slices.zarr/0/0/0/0");

    public void Dispose() => _workspace.Dispose();

    [ClientFact(Needs.Fuse)]
    public void Killed_and_started_again_on_the_same_mountpoint()
    {
        for (int round = 0; round < 2; round++)
        {
            using ZarrFsProcess killed = Start();
            Assert.Equal(_chunk, File.ReadAllBytes(Chunk));
            killed.Signal(Signals.Kill);
            killed.WaitForExit();
            Assert.True(ZarrFsProcess.IsMounted(_mount), "a killed program leaves its mount");
            Assert.ThrowsAny<IOException>(() => File.ReadAllBytes(UnreadChunk)); // what was read before, the kernel still has

            using ZarrFsProcess again = Start();
            Assert.Equal(_chunk, File.ReadAllBytes(Chunk));
            again.Stop(); // its log may come late
            Assert.Contains("dead mount", again.ErrorLog, StringComparison.Ordinal);
        }
    }

    [ClientTheory(Needs.Fuse)]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Terminate)]
    public void Signal_unmounts(int signal)
    {
        using ZarrFsProcess process = Start();
        Assert.Equal(_chunk, File.ReadAllBytes(Chunk));
        process.Signal(signal);
        Assert.True(process.WaitForExit() == 0, process.Log);
        Assert.False(ZarrFsProcess.IsMounted(_mount), process.Log);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_mount));
    }

    [ClientFact(Needs.Fuse)]
    public void Mount_in_use_goes_out_of_sight_and_its_open_file_is_read_to_the_end()
    {
        using ZarrFsProcess process = Start();
        using (FileStream open = File.OpenRead(Chunk))
        {
            process.Signal(Signals.Interrupt);
            Mount.Eventually.True(() => !ZarrFsProcess.IsMounted(_mount), "the mount is out of sight");
            byte[] bytes = new byte[_chunk.Length];
            open.ReadExactly(bytes);
            Assert.Equal(_chunk, bytes);
            Assert.False(process.HasExited, process.Log);
        }

        Assert.True(process.WaitForExit() == 0, process.Log);
    }

    [ClientFact(Needs.Fuse)]
    public void Mount_in_use_is_left_on_the_second_signal()
    {
        using ZarrFsProcess process = Start();
        using FileStream open = File.OpenRead(Chunk);
        process.Signal(Signals.Interrupt);
        Mount.Eventually.True(() => process.ErrorLog.Contains("in use", StringComparison.Ordinal), "it says that the mount is in use");
        process.Signal(Signals.Interrupt);
        Assert.True(process.WaitForExit() == 0, process.Log);
        Assert.False(ZarrFsProcess.IsMounted(_mount), process.Log);
    }

    [ClientFact(Needs.Fuse)]
    public void Second_program_on_a_mountpoint_is_refused_and_told_of_the_first()
    {
        using ZarrFsProcess first = Start();
        Tool second = ZarrFsProcess.Run("mount", _workspace.At("slices"), _mount);
        Assert.Equal(1, second.ExitCode);
        string line = Assert.Single(second.ErrorLines);
        Assert.Contains($"process {first.Id}", line, StringComparison.Ordinal);
        Assert.Contains(_mount, line, StringComparison.Ordinal);
        Assert.Equal(_chunk, File.ReadAllBytes(Chunk));
        first.Stop();
    }

    [ClientFact(Needs.Fuse)]
    public void Unmounted_by_somebody_else_it_ends()
    {
        using ZarrFsProcess process = Start();
        ZarrFsProcess.Unmount(_mount);
        Assert.True(process.WaitForExit() == 0, process.Log);
        Assert.Contains("unmounted from outside", process.ErrorLog, StringComparison.Ordinal);
    }

    [ClientFact(Needs.Fuse | Needs.Root | Needs.Setpriv)]
    public void Ordinary_user_mounts_through_fusermount3()
    {
        // The program is copied to where that user may read it.
        string program = _workspace.Folder("program");
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory)) File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        Tool.Run("chmod", ["-R", "a+rX", _workspace.Root]).Expect();
        Tool.Run("chown", [$"{Nobody}:{Nobody}", _mount]).Expect();

        using (var process = ZarrFsProcess.StartAs(Nobody, Path.Combine(program, "zarrfs"), "run", _workspace.At("slices"), "--mount", _mount, "--chunk-size", "16"))
        {
            Tool read = Tool.Run("setpriv", [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "sha256sum", Chunk]).Expect();
            Assert.StartsWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_chunk)), read.Output, StringComparison.Ordinal);
            process.Signal(Signals.Terminate);
            Assert.True(process.WaitForExit() == 0, process.Log);
            Assert.False(ZarrFsProcess.IsMounted(_mount), process.Log);
        }
    }

    [ClientFact(Needs.Fuse)]
    public void Environment_is_above_the_file_and_the_command_line_above_both()
    {
        string file = _workspace.Write(
            "zarrfs.json", $$"""{"volumes": [{"source": "{{_workspace.At("slices")}}", "name": "file"}], "http": {"listen": "127.0.0.1:0"}, "memory": "70MB"}""");
        using var process = ZarrFsProcess.Start(["run", "--config", file, "--mount", _mount, "--name", "line", "--chunk-size", "16"]);
        Assert.Equal(["line.ome.zarr", "line.zarr"], Directory.EnumerateDirectories(_mount).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        process.Stop();

        Tool refused = Tool.Run("/usr/bin/env", ["ZARRFS_MEMORY=plenty", ZarrFsProcess.Executable, "run", "--config", file]);
        Assert.True(refused.ExitCode == 2 && refused.Error.Contains("'plenty'", StringComparison.Ordinal), refused.Transcript);
    }

    private ZarrFsProcess Start() => ZarrFsProcess.Start("mount", _workspace.At("slices"), _mount, "--chunk-size", "16");
}
