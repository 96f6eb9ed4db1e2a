using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace ZarrFs.Core.Cache;

/// <summary>
/// A reserved range of native memory whose pages are given and taken back piece by piece. On Linux it is a mapping of a memory file, so
/// that the network stack can send from it without a copy; huge pages make first touches cheap (measured in docs/PERFORMANCE.md).
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "nobody knows when the last lease on a buffer goes, except the garbage collector")]
internal sealed unsafe partial class NativeArena
{
    private const int ReadWrite = 1 | 2;
    private const int MapShared = 1;
    private const int MapNoReserve = 0x4000;
    private const int AdviseHugePage = 14;
    private const int CloseOnExec = 1;
    private const int PunchHoleKeepSize = 1 | 2;

    private readonly long _size;
    private readonly Mapping _mapping;
    private readonly byte* _base;

    /// <param name="size">Bytes of address space; no memory is used until it is touched.</param>
    public NativeArena(long size)
    {
        _size = size;
        Descriptor = memfd_create("zarrfs", CloseOnExec);
        if (Descriptor < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "memfd_create failed");
        _mapping = new Mapping(Descriptor, size);
        if (ftruncate(Descriptor, size) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), $"cannot reserve {size} bytes of memory");
        _base = _mapping.Map();
        _ = madvise(_base, (nuint)size, AdviseHugePage);
    }

    /// <summary>The memory file.</summary>
    public int Descriptor { get; }

    public byte* At(long offset) => offset >= 0 && offset < _size ? _base + offset : throw new ArgumentOutOfRangeException(nameof(offset));

    /// <summary>Gives the pages back to the system; the next touch finds new ones, zeroed.</summary>
    public void Discard(long offset, long length)
    {
        if (fallocate(Descriptor, PunchHoleKeepSize, offset, length) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "cannot give memory back");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ftruncate(int fd, long length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(void* address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int madvise(void* address, nuint length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fallocate(int fd, int mode, long offset, long length);

    /// <summary>Gives file and address space back when nobody can reach them any more: the pool is gone, and so is every lease on a buffer of it.</summary>
    private sealed class Mapping(int descriptor, long size) : SafeHandle(-1, ownsHandle: true)
    {
        // The descriptor is there from the start, so there is always something to give back.
        public override bool IsInvalid => false;

        public byte* Map()
        {
            void* mapped = mmap(null, (nuint)size, ReadWrite, MapShared | MapNoReserve, descriptor, 0);
            if (mapped == (void*)-1) throw new Win32Exception(Marshal.GetLastPInvokeError(), $"cannot map {size} bytes of memory");
            SetHandle((nint)mapped);
            return (byte*)mapped;
        }

        protected override bool ReleaseHandle() => (handle == -1 || munmap((void*)handle, (nuint)size) == 0) & close(descriptor) == 0;
    }
}
