using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Calls of Linux's C library that .NET has no name for. Bound when first called, so other systems load this class without harm.</summary>
internal static partial class Libc
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Append = 0x400;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int Unlock = 8;

    public const int NoEntry = 2;
    public const int InputOutput = 5;
    public const int NoData = 6;
    public const int WouldBlock = 11;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int NoSuchCall = 38;
    public const int QuotaExceeded = 122;

    /// <summary>Opens a file or, with <see cref="ReadOnly"/>, a directory; never inherited by children.</summary>
    /// <exception cref="IOException">It cannot be opened; carries the error number.</exception>
    public static SafeFileHandle Open(string path, int flags)
    {
        const uint Everybody = 0x1B6; // 0666, less the umask
        int descriptor = open(path, flags | CloseOnExec, Everybody);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure(path);
    }

    /// <summary>What the last call failed with, as .NET tells it of its own.</summary>
    public static IOException Failure(string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(error)} : '{path}'", error);
    }

    /// <summary>Has an open file read and written past the system's cache, or no longer; false if its file system does not do that.</summary>
    public static bool TrySetDirect(SafeFileHandle file, bool direct)
    {
        const int GetFlags = 3, SetFlags = 4;
        int flag = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x10000 : 0x4000; // O_DIRECT
        int flags = fcntl(file, GetFlags, 0);
        return flags >= 0 && fcntl(file, SetFlags, direct ? flags | flag : flags & ~flag) == 0;
    }

    /// <summary>What the system says of an open file.</summary>
    /// <exception cref="IOException">It says nothing.</exception>
    public static unsafe FileStatus Status(SafeFileHandle file)
    {
        const int EmptyPath = 0x1000;
        const uint Basic = 0x7FF;
        FileStatus status;
        return statx(file, "", EmptyPath, Basic, &status) == 0 ? status : throw Failure("statx");
    }

    /// <summary>Where the next bytes of a file are that are on the disk, or may be; <paramref name="length"/> if there are none.</summary>
    public static long NextData(SafeFileHandle file, long offset, long length)
    {
        const int SeekData = 3;
        long found = lseek(file, offset, SeekData);
        if (found >= 0) return found;
        return Marshal.GetLastPInvokeError() == NoData ? length : offset; // a file system that cannot tell has data everywhere
    }

    /// <summary>Renames a file unless the new name is taken.</summary>
    /// <returns>False if it is.</returns>
    /// <exception cref="IOException">It cannot be renamed; carries the error number.</exception>
    public static bool TryRename(string from, string to)
    {
        const int CurrentDirectory = -100;
        const uint NoReplace = 1;
        if (renameat2(CurrentDirectory, from, CurrentDirectory, to, NoReplace) == 0) return true;
        IOException failure = Failure(to);
        return failure.HResult == Exists ? false : throw failure;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(SafeFileHandle fd, int operation);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(SafeFileHandle fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(SafeFileHandle fd);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rmdir(string path);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(SafeFileHandle fd, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(SafeFileHandle directory, string path, int flags, uint mask, FileStatus* status);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    /// <summary><c>struct statx</c>, the same on all processors.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(48)]
        public ulong Blocks;

        [FieldOffset(96)]
        public Time Changed;

        [FieldOffset(112)]
        public Time Modified;
    }

    /// <summary><c>struct statx_timestamp</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Time
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;

        /// <summary>The time as .NET has it, in units of 100 ns.</summary>
        public readonly DateTime ToDateTime() => DateTime.UnixEpoch.AddTicks((Seconds * TimeSpan.TicksPerSecond) + (Nanoseconds / 100));
    }
}
