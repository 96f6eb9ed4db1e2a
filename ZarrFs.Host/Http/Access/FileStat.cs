using System.Runtime.InteropServices;

namespace ZarrFs.Host.Http.Access;

/// <summary><c>struct statx</c>, the same on all processors: what Linux says of a file and .NET has no name for.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal unsafe partial struct FileStat
{
    [FieldOffset(20)]
    public uint User;

    [FieldOffset(24)]
    public uint Group;

    [FieldOffset(32)]
    public ulong Inode;

    /// <summary>The time of change, which nobody can set.</summary>
    [FieldOffset(96)]
    public long ChangedSeconds;

    [FieldOffset(104)]
    public uint ChangedNanoseconds;

    /// <summary>Asks for a file, at the end of links; false where it says nothing, with the error number for who asks for it.</summary>
    public static bool TryRead(string path, out FileStat stat)
    {
        const int CurrentDirectory = -100;
        const uint Basic = 0x7FF;
        stat = default;
        if (!OperatingSystem.IsLinux()) return false;
        fixed (FileStat* at = &stat) return StatX(CurrentDirectory, path, 0, Basic, at) == 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, FileStat* result);
}
