using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Files;

/// <summary>Reads what the system holds of a file in its page cache.</summary>
internal static unsafe partial class PageCache
{
    // RWF_NOWAIT, since Linux 4.14.
    private const int NoWait = 8;

    /// <summary>Reads without waiting for a disk; false, and the bytes are undefined, if not all of them are in the page cache or the file is too short.</summary>
    public static bool TryRead(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        if (!OperatingSystem.IsLinux()) return false;
        fixed (byte* start = bytes)
        {
            // A shorter answer ends where the page cache does, or at a page that is on its way.
            var vector = new Vector { Base = start, Length = (nuint)bytes.Length };
            return PReadV2(file, &vector, 1, offset, NoWait) == bytes.Length;
        }
    }

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    private static partial nint PReadV2(SafeFileHandle fd, Vector* vectors, int count, long offset, int flags);

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }
}
