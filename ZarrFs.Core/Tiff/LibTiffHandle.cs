using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Tiff;

/// <summary>One libtiff object over a header in memory. For one thread at a time.</summary>
internal sealed unsafe class LibTiffHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private static int _open;

    private readonly MemoryFile* _file;

    private LibTiffHandle(nint tiff, MemoryFile* file)
        : base(ownsHandle: true)
    {
        _file = file;
        SetHandle(tiff);
        Interlocked.Increment(ref _open);
    }

    /// <summary>Objects open now: a leak shows here.</summary>
    public static int Open => Volatile.Read(ref _open);

    /// <summary>Has libtiff read a header.</summary>
    /// <returns>Null if it refuses to; <see cref="LibTiffMessages"/> says why.</returns>
    public static LibTiffHandle? TryOpen(ReadOnlySpan<byte> header)
    {
        MemoryFile* file = (MemoryFile*)NativeMemory.Alloc((nuint)(sizeof(MemoryFile) + header.Length));
        file->Length = header.Length;
        file->Position = 0;
        header.CopyTo(new Span<byte>(file + 1, header.Length));
        // No name, as it would stand in messages; "m": not mapped.
        nint tiff = LibTiff.ClientOpen("", "rm", (nint)file, &Read, &Write, &Seek, &Close, &Size, 0, 0);
        if (tiff != 0) return new LibTiffHandle(tiff, file);
        NativeMemory.Free(file);
        return null;
    }

    protected override bool ReleaseHandle()
    {
        LibTiff.Close(handle);
        NativeMemory.Free(_file);
        Interlocked.Decrement(ref _open);
        return true;
    }

    [UnmanagedCallersOnly]
    private static nint Read(nint client, byte* buffer, nint count)
    {
        MemoryFile* file = (MemoryFile*)client;
        long read = Math.Clamp(file->Length - file->Position, 0, Math.Max(0, count));
        Buffer.MemoryCopy((byte*)(file + 1) + file->Position, buffer, count, read);
        file->Position += read;
        return (nint)read;
    }

    [UnmanagedCallersOnly]
    private static nint Write(nint client, byte* buffer, nint count) => -1;

    [UnmanagedCallersOnly]
    private static ulong Seek(nint client, ulong offset, int whence)
    {
        const int current = 1, end = 2;
        MemoryFile* file = (MemoryFile*)client;
        long from = whence switch { current => file->Position, end => file->Length, _ => 0 };
        long to = unchecked(from + (long)offset);
        // Past the end is nothing to read; before the start is no place.
        if (to < 0) return ulong.MaxValue;
        file->Position = Math.Min(to, file->Length);
        return (ulong)to;
    }

    [UnmanagedCallersOnly]
    private static int Close(nint client) => 0;

    [UnmanagedCallersOnly]
    private static ulong Size(nint client) => (ulong)((MemoryFile*)client)->Length;

    /// <summary>What stands before the bytes of the header.</summary>
    private struct MemoryFile
    {
        public long Length;
        public long Position;
    }
}
