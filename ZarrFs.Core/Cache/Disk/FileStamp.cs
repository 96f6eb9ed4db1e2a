using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// What the system says of an open file that becomes something else when anybody writes to the file, or puts another in its place: its inode
/// and its times. The time of change cannot be set by anybody.
/// </summary>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Value">All the rest in one number; 0 where the system does not say, and every use has to look at the bytes.</param>
/// <param name="HasName">False for a file that was deleted.</param>
internal readonly record struct FileStamp(long Length, ulong Value, bool HasName)
{
    /// <exception cref="IOException">The system does not say.</exception>
    public static FileStamp Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux()) return new FileStamp(RandomAccess.GetLength(file), 0, true);
        Libc.FileStatus status = Libc.Status(file);
        ulong value = status.Inode;
        foreach (long part in (ReadOnlySpan<long>)[status.Modified.Seconds, status.Modified.Nanoseconds, status.Changed.Seconds, status.Changed.Nanoseconds])
            value = Mix(value + (ulong)part);
        return new FileStamp((long)status.Size, value == 0 ? 1 : value, status.Links > 0);
    }

    /// <summary>The finalizer of MurmurHash3: a bijection, so only a whole chain can meet by chance.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 33);
    }
}
