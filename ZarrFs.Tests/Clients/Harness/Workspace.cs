using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>A directory for one test: sources, mountpoints and results, deleted at the end.</summary>
internal sealed class Workspace : IDisposable
{
    public string Root { get; } = MountPointCheck.Resolve(Directory.CreateTempSubdirectory("zarrfs-clients-").FullName);

    /// <summary>A path in it.</summary>
    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Makes a directory in it.</summary>
    public string Folder(params string[] parts) => Directory.CreateDirectory(At(parts)).FullName;

    /// <summary>Writes a file in it.</summary>
    public string Write(string name, string content)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose()
    {
        // What a failed test has left mounted must go first.
        foreach (MountEntry entry in MountTable.Read().Where(entry => entry.Path.StartsWith(Root, StringComparison.Ordinal)))
            ZarrFsProcess.Unmount(entry.Path);
        Directory.Delete(Root, recursive: true);
    }
}
