using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Tests.Mount;

/// <summary>Calls that .NET has no name for.</summary>
internal static partial class Posix
{
    public const int ReadWrite = 2;

    public static (long Result, int Errno) GetXAttr(string path, string name, byte[] value)
    {
        nint result = getxattr(path, name, value, (nuint)value.Length);
        return (result, result < 0 ? Marshal.GetLastPInvokeError() : 0);
    }

    public static (long Result, int Errno) ListXAttr(string path, byte[] names)
    {
        nint result = listxattr(path, names, (nuint)names.Length);
        return (result, result < 0 ? Marshal.GetLastPInvokeError() : 0);
    }

    public static int Errno(Func<int> call) => call() < 0 ? Marshal.GetLastPInvokeError() : 0;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "truncate", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Truncate(string path, long length);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    /// <summary>Puts a file out of the system's page cache, where it is on a disk.</summary>
    public static void Forget(string path)
    {
        const int DontNeed = 4;
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        Assert.Equal(0, posix_fadvise(file, 0, 0, DontNeed));
    }

    /// <summary>The inode number of a file or directory.</summary>
    public static ulong Inode(string path)
    {
        const int CurrentDirectory = -100, InodeMask = 0x100, InodeAt = 32;
        byte[] answer = new byte[256];
        Assert.Equal(0, statx(CurrentDirectory, path, 0, InodeMask, answer));
        return BitConverter.ToUInt64(answer, InodeAt);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, [Out] byte[] answer);

    [LibraryImport("libc")]
    private static partial int posix_fadvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getxattr(string path, string name, [Out] byte[] value, nuint size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint listxattr(string path, [Out] byte[] names, nuint size);
}
