using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// Where a sparse file has nothing on the disk: that is 0 without being read, and without memory of the page cache, which costs more than all else
/// in a slice of which little was downloaded or kept. True as long as the file is what it was; who reads looks at that afterwards anyway.
/// </summary>
internal sealed class Holes
{
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private Hole? _last;

    private Holes(SafeFileHandle file, long length)
    {
        _file = file;
        _length = length;
    }

    /// <summary>The holes of an open file; null if it has none, or the system does not say.</summary>
    public static Holes? Of(SafeFileHandle file)
    {
        const long Block = 512, Least = 1 << 16; // a file system may count a little less than there is
        if (!OperatingSystem.IsLinux()) return null;
        Libc.FileStatus status = Libc.Status(file);
        return ((long)status.Blocks * Block) + Least < (long)status.Size ? new Holes(file, (long)status.Size) : null;
    }

    /// <summary>True if so many bytes from an offset on are all in a hole.</summary>
    public bool Contain(long offset, long bytes)
    {
        long end = offset + bytes;
        if (end > _length) return false;
        // One is remembered: rows are read one after the other, and a hole is mostly larger than a row.
        if (Volatile.Read(ref _last) is { } last && offset >= last.Start && end <= last.End) return true;
        long data = Libc.NextData(_file, offset, _length);
        if (data < end) return false;
        Volatile.Write(ref _last, new Hole(offset, data));
        return true;
    }

    private sealed record Hole(long Start, long End);
}
