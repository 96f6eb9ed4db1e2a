using System.Security.Cryptography;
using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Clients;

/// <summary>What a server needs that shares the mount again: numbers and handles of files that outlive the program.</summary>
public sealed class ReexportTests : IDisposable
{
    private const int Nobody = 65534;

    private readonly Workspace _workspace = new();
    private readonly string _mount;

    public ReexportTests()
    {
        foreach (string name in (string[])["first", "second"]) ScanVolume.Write(_workspace.At(name), 20, 40, 40 + name.Length);
        _mount = _workspace.Folder("mount");
    }

    public void Dispose() => _workspace.Dispose();

    [ClientFact(Needs.Fuse)]
    public void Every_file_and_directory_has_its_number_again_after_a_restart()
    {
        Dictionary<string, ulong>[] runs = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            using ZarrFsProcess process = Run("first", "second");
            var numbers = Directory.EnumerateFileSystemEntries(_mount, "*", SearchOption.AllDirectories).Append(_mount).ToDictionary(path => path, Posix.Inode);
            process.Stop();
            return numbers;
        })];
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0].Count, runs[0].Values.Distinct().Count());
        Assert.True(runs[0].Count > 100, $"{runs[0].Count} files and directories");
    }

    [ClientFact(Needs.Fuse | Needs.Root | Needs.Python)]
    public void Handle_is_good_after_a_restart_and_never_of_another_file()
    {
        string[] paths;
        Dictionary<string, string> handles, contents;
        using (ZarrFsProcess process = Run("first", "second"))
        {
            paths = [.. Directory.EnumerateFiles(_mount, "*", SearchOption.AllDirectories)];
            contents = paths.ToDictionary(path => path, path => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
            handles = Python(new { paths });
            Assert.Equal(contents, Python(new { mount = _mount, handles }));
            process.Stop();
        }

        using (ZarrFsProcess process = Run("first", "second"))
        {
            Assert.Equal(contents, Python(new { mount = _mount, handles }));
            process.Stop();
        }

        // The numbers of the first are the second's now.
        using (ZarrFsProcess process = Run("second"))
        {
            Assert.All(Python(new { mount = _mount, handles }), file => Assert.True(file.Value == "ESTALE" || file.Value == contents[file.Key], $"{file.Key}: {file.Value}"));
            Assert.All(Python(new { mount = _mount, handles = handles.Where(file => file.Key.Contains("/first.", StringComparison.Ordinal)).ToDictionary() }), file => Assert.Equal("ESTALE", file.Value));
            process.Stop();
        }
    }

    [ClientFact(Needs.Fuse | Needs.Root | Needs.Setpriv)]
    public void Others_read_where_they_are_allowed_and_nowhere_else()
    {
        Tool.Run("chmod", ["755", _workspace.Root]).Expect();
        string[] read = [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "cat", Path.Combine(_mount, "first.zarr/.zattrs")];
        using (ZarrFsProcess process = Run("first"))
        {
            Assert.NotEqual(0, Tool.Run("setpriv", read).ExitCode);
            process.Stop();
        }

        using (ZarrFsProcess process = ZarrFsProcess.Start("run", _workspace.At("first"), "--mount", _mount, "--allow-other"))
        {
            Assert.Contains("multiscales", Tool.Run("setpriv", read).Expect().Output, StringComparison.Ordinal);
            process.Stop();
        }
    }

    private static Dictionary<string, string> Python(object arguments) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(Script.RunPython("file_handles", arguments).Output)!;

    private ZarrFsProcess Run(params string[] names) => ZarrFsProcess.Start(["run", .. names.Select(name => _workspace.At(name)), "--mount", _mount, "--chunk-size", "16"]);
}
