using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Materialize;

/// <summary>A file system of its own in memory, of any size.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Remount = 32;

    public SmallDisk(long bytes)
    {
        Path = Directory.CreateTempSubdirectory("zarrfs-disk-").FullName;
        Assert.Equal(0, Posix.Errno(() => Posix.Mount("tmpfs", Path, "tmpfs", 0, $"size={bytes}")));
    }

    public string Path { get; }

    public void Resize(long bytes) => Assert.Equal(0, Posix.Errno(() => Posix.Mount("tmpfs", Path, "tmpfs", Remount, $"size={bytes}")));

    public void Dispose()
    {
        const int Detach = 2;
        _ = Posix.Unmount(Path, Detach);
        Directory.Delete(Path);
    }
}

/// <summary>A test with a file system of its own; skipped where that is not possible.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "tmpfs is Linux's";
        else if (!Environment.IsPrivilegedProcess) Skip = "mounting a tmpfs needs root";
    }
}
