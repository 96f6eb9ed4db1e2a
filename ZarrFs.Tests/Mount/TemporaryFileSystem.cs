namespace ZarrFs.Tests.Mount;

/// <summary>A file system in memory, for root. Unmounted at the end without force: whoever still holds a file of it, the kernel included, fails the test.</summary>
internal sealed class TemporaryFileSystem : IDisposable
{
    public TemporaryFileSystem()
    {
        Root = TemporaryDirectory.Create();
        Assert.Equal(0, Posix.Errno(() => Posix.Mount("tmpfs", Root, "tmpfs", 0, "size=64m")));
    }

    public string Root { get; }

    public string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(Root, name);
        File.WriteAllBytes(path + ".tmp", bytes);
        File.Move(path + ".tmp", path, overwrite: true);
        return path;
    }

    public void Dispose()
    {
        bool free = SpinWait.SpinUntil(() => Posix.Unmount(Root, 0) == 0, TimeSpan.FromSeconds(120));
        if (!free) Posix.Unmount(Root, 2);
        Directory.Delete(Root);
        Assert.True(free, "something still holds a file of the file system");
    }
}
