using System.Runtime.InteropServices;

namespace ZarrFs.Host.Mount;

/// <summary>What must be so before a directory can be mounted on.</summary>
internal static class MountPointCheck
{
    /// <summary>Refuses systems that cannot mount at all.</summary>
    /// <exception cref="MountException">Not Linux, or no <c>/dev/fuse</c>.</exception>
    public static void RequireFuse(string path)
    {
        if (!OperatingSystem.IsLinux())
            throw new MountException(path, "mounting works on Linux only; use `zarrfs serve` and read the same tree over HTTP");
        if (!File.Exists("/dev/fuse"))
        {
            throw new MountException(
                path, "there is no /dev/fuse; load it with `modprobe fuse`, or start the container with `--device /dev/fuse --cap-add SYS_ADMIN`");
        }
    }

    /// <summary>The absolute path without symbolic links, as the kernel's mount table has it.</summary>
    /// <exception cref="MountException">There is nothing, or something unreachable.</exception>
    public static string Resolve(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        // Where a program hangs that serves it, asking for what is mounted there could last for ever.
        if (MountTable.TopmostAt(full) is { Type: MountTable.OwnType }) return full;
        string? real = RealPath(full);
        if (real is not null) return real;
        if (Libc.LastError is Errno.ENOTCONN or Errno.ECONNABORTED && Path.GetDirectoryName(full) is { } parent)
        {
            // A dead mount whose attributes the kernel has forgotten: only the way to it can be resolved.
            string? realParent = RealPath(parent);
            if (realParent is not null) return Path.Combine(realParent, Path.GetFileName(full));
        }

        throw Libc.LastError switch
        {
            Errno.ENOENT => new MountException(full, $"the mountpoint does not exist; make it with `mkdir -p {full}`"),
            Errno.ENOTDIR => new MountException(full, "a part of the mountpoint's path is a file, not a directory; choose another"),
            int error => new MountException(
                full, $"the mountpoint cannot be reached: {Libc.Describe(error)}; choose another or correct its permissions"),
        };
    }

    /// <summary>Refuses everything but an empty directory.</summary>
    public static void RequireEmptyDirectory(string path)
    {
        if (!Directory.Exists(path)) throw new MountException(path, "the mountpoint is a file; expected an empty directory");
        try
        {
            string? first = Directory.EnumerateFileSystemEntries(path).FirstOrDefault();
            if (first is not null)
            {
                throw new MountException(
                    path, $"the mountpoint is not empty (it has \"{Path.GetFileName(first)}\"); choose or make an empty directory");
            }
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new MountException(path, $"the mountpoint cannot be read ({failure.Message}); choose a directory of your own", failure);
        }
    }

    /// <summary>
    /// Whether the program behind a FUSE mount is gone. Not to be asked of a mount of this process. Attributes may still come from the
    /// kernel's cache, so that Directory.Exists proves nothing; statfs is never cached.
    /// </summary>
    public static unsafe bool IsDead(string path)
    {
        const int MoreThanAnyStatFs = 1024;
        byte* result = stackalloc byte[MoreThanAnyStatFs];
        return Libc.StatFs(path, result) != 0 && Libc.LastError is Errno.ENOTCONN or Errno.ECONNABORTED;
    }

    private static unsafe string? RealPath(string path)
    {
        const int PathMax = 4096;
        byte* resolved = stackalloc byte[PathMax];
        return Libc.RealPath(path, resolved) == null ? null : Marshal.PtrToStringUTF8((nint)resolved);
    }
}
