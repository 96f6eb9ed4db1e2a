using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// A few kilobytes of a file, moved to wherever the next bytes are wanted, so that a header costs one or two reads and a chain of
/// thousands of directories one read a 64 KiB.
/// </summary>
internal sealed class FileWindow : IDisposable
{
    /// <summary>Most bytes that can be asked for at once.</summary>
    public const int Capacity = 64 << 10;

    // libtiff writes a directory's values just before it: a window that begins a little earlier holds both.
    private const int Before = 1 << 10;
    private const int First = 4 << 10;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Capacity);
    private long _start;
    private int _count;

    public FileWindow(SafeFileHandle handle, long length)
    {
        _handle = handle;
        Length = length;
    }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>Number of reads so far.</summary>
    public int Reads { get; private set; }

    public bool Contains(ulong offset, ulong count) => offset <= (ulong)Length && count <= (ulong)Length - offset;

    /// <summary>Gives bytes of the file, valid until the next call. They must be inside it.</summary>
    /// <exception cref="IOException">The read failed, or the file has become shorter.</exception>
    public ReadOnlySpan<byte> Get(long offset, int count)
    {
        if (offset < _start || offset + count > _start + _count) Move(offset, count);
        return _buffer.AsSpan((int)(offset - _start), count);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void Move(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - count);
        bool sequential = _count > 0 && offset >= _start && offset - (_start + _count) <= First;
        long start = sequential ? offset : Math.Max(0, offset - Before);
        if (offset + count - start > Capacity) start = offset;
        int want = (int)Math.Min(sequential ? Capacity : Math.Max(First, offset + count - start), Length - start);
        _count = 0;
        _start = start;
        while (_count < want)
        {
            int read = RandomAccess.Read(_handle, _buffer.AsSpan(_count, want - _count), start + _count);
            Reads++;
            if (read == 0) throw new EndOfStreamException($"the file ends at byte {start + _count}, {Length} bytes were expected");
            _count += read;
        }
    }
}
