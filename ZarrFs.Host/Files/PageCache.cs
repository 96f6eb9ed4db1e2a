using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Files;

/// <summary>Reads what the system holds of a file in its page cache.</summary>
internal static unsafe partial class PageCache
{
    // RWF_NOWAIT, since Linux 4.14.
    private const int NoWait = 8;

    /// <summary>Reads without waiting for a disk.</summary>
    /// <returns>Bytes read: fewer than there is room for where the page cache or the file ends, none for any failure.</returns>
    public static int Read(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        if (!OperatingSystem.IsLinux()) return 0;
        fixed (byte* start = bytes)
        {
            var vector = new Vector { Base = start, Length = (nuint)bytes.Length };
            return Math.Max(0, (int)PReadV2(file, &vector, 1, offset, NoWait));
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
