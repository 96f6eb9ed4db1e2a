using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Tiff;

/// <summary>Walks the chain of directories of a TIFF or BigTIFF in few reads. Not for use by two threads at once.</summary>
internal sealed class TiffReader : IDisposable
{
    /// <summary>Most directories in the main chain. The longest known stacks have some 100,000.</summary>
    public const int MostDirectories = 1 << 20;

    // A reader looks at a value more than once, and pages may share small ones.
    private const ulong MostLooks = 4;
    private const ulong SharedBytes = 1 << 20;

    private readonly FileWindow _window;
    private readonly TiffHeader _header;
    private ulong _lookedAt;

    /// <summary>Reads the header.</summary>
    /// <exception cref="TiffFormatException">Not a TIFF.</exception>
    public TiffReader(SafeFileHandle handle, string path, long length)
    {
        Path = path;
        _window = new FileWindow(handle, length);
        try
        {
            _header = TiffHeader.Read(_window, path);
        }
        catch
        {
            _window.Dispose();
            throw;
        }
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    public TiffHeader Header => _header;

    /// <summary>Bytes in the file.</summary>
    public long Length => _window.Length;

    /// <summary>Number of reads so far.</summary>
    public int Reads => _window.Reads;

    public void Dispose() => _window.Dispose();

    /// <summary>The directories of the main chain in order.</summary>
    /// <exception cref="TiffFormatException">The chain leaves the file or comes back to itself.</exception>
    public IEnumerable<TiffDirectory> Directories()
    {
        ulong offset = _header.FirstDirectory;
        if (offset == 0) throw new TiffFormatException(Path, "the header names no directory (offset 0), expected at least one page");
        HashSet<ulong> seen = [];
        for (int page = 0; offset != 0; page++)
        {
            if (!seen.Add(offset))
                throw new TiffFormatException(Path, $"page {page}: its directory at byte {offset} was there before, the chain is a loop");
            if (page == MostDirectories) throw new TiffFormatException(Path, $"page {page}: more than {MostDirectories} directories");
            TiffDirectory directory = ReadDirectory(page, offset, out ulong next);
            yield return directory;
            offset = next;
        }
    }

    /// <summary>
    /// Counts the bytes of values that are looked at. False once they are several times more than the file has: then pages share them, and a
    /// thousand pages with one table of a million strips would cost what a thousand such tables do.
    /// </summary>
    public bool TryLookAt(ulong bytes)
    {
        _lookedAt += bytes;
        return _lookedAt <= MostLooks * (ulong)Length + SharedBytes;
    }

    /// <summary>Whether a value list lies in the file.</summary>
    public bool Contains(ulong offset, ulong count) => _window.Contains(offset, count);

    /// <summary>One whole number of a field whose bytes are known to be in the file; negative ones come out above 2⁶³.</summary>
    public ulong Integer(in TiffField field, long index)
    {
        int size = field.Type.Size();
        ReadOnlySpan<byte> at = _window.Get((long)field.Offset + index * size, size);
        return field.Type switch
        {
            TiffFieldType.SByte => (ulong)(sbyte)at[0],
            TiffFieldType.SShort => (ulong)(short)UInt16(at),
            TiffFieldType.SLong => (ulong)(int)UInt32(at),
            _ => size switch { 1 => at[0], 2 => UInt16(at), 4 => UInt32(at), _ => UInt64(at) },
        };
    }

    /// <summary>Numerator and denominator of a RATIONAL field whose bytes are known to be in the file.</summary>
    public (uint Numerator, uint Denominator) Rational(in TiffField field)
    {
        ReadOnlySpan<byte> at = _window.Get((long)field.Offset, 8);
        return (UInt32(at), UInt32(at[4..]));
    }

    /// <summary>The text of an ASCII field whose bytes are known to be in the file, at most <paramref name="most"/> bytes of it.</summary>
    public string Text(in TiffField field, int most)
    {
        ReadOnlySpan<byte> text = Bytes(field.Offset, (int)Math.Min(field.Count, (ulong)most)).AsSpan().TrimEnd((byte)0);
        // ImageJ writes µ as Latin-1 or escaped, OME as UTF-8.
        return System.Text.Unicode.Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text);
    }

    /// <summary>Bytes that are known to be in the file.</summary>
    public byte[] Bytes(ulong offset, int count)
    {
        byte[] bytes = new byte[count];
        for (int done = 0; done < bytes.Length;)
        {
            int step = Math.Min(FileWindow.Capacity, bytes.Length - done);
            _window.Get((long)offset + done, step).CopyTo(bytes.AsSpan(done));
            done += step;
        }

        return bytes;
    }

    private TiffDirectory ReadDirectory(int page, ulong offset, out ulong next)
    {
        int countBytes = _header.IsBigTiff ? 8 : 2;
        int entryBytes = _header.IsBigTiff ? 20 : 12;
        int inlineBytes = _header.IsBigTiff ? 8 : 4;
        if (!_window.Contains(offset, (ulong)countBytes)) throw Past(page, offset, "directory");
        ReadOnlySpan<byte> head = _window.Get((long)offset, countBytes);
        ulong entries = _header.IsBigTiff ? UInt64(head) : UInt16(head);
        if (entries is 0 or > ushort.MaxValue)
            throw new TiffFormatException(Path, $"page {page}: its directory at byte {offset} has {entries} entries, expected 1 to 65535");
        ulong bytes = (ulong)countBytes + entries * (ulong)entryBytes + (ulong)inlineBytes;
        if (!_window.Contains(offset, bytes)) throw Past(page, offset, $"directory of {entries} entries");

        // Directories may lie over one another, each with 65,535 entries: a million of them in a few megabytes.
        if (!TryLookAt(bytes))
            throw new TiffFormatException(Path, $"page {page}: its directory at byte {offset} and those before it share their bytes many times over");
        TiffDirectory directory = new(this, page, (long)offset);
        long at = (long)offset + countBytes;
        for (ulong i = 0; i < entries; i++, at += entryBytes)
        {
            ReadOnlySpan<byte> entry = _window.Get(at, entryBytes);
            TiffTag tag = (TiffTag)UInt16(entry);
            if (!Enum.IsDefined(tag)) continue;
            TiffFieldType type = (TiffFieldType)UInt16(entry[2..]);
            ulong count = _header.IsBigTiff ? UInt64(entry[4..]) : UInt32(entry[4..]);
            ReadOnlySpan<byte> value = entry[^inlineBytes..];
            bool inline = count <= (ulong)inlineBytes && count * (ulong)type.Size() <= (ulong)inlineBytes;
            ulong where = inline ? (ulong)(at + entryBytes - inlineBytes) : _header.IsBigTiff ? UInt64(value) : UInt32(value);
            directory.Add(new TiffField(tag, type, count, where));
        }

        ReadOnlySpan<byte> tail = _window.Get(at, inlineBytes);
        next = _header.IsBigTiff ? UInt64(tail) : UInt32(tail);
        return directory;
    }

    private TiffFormatException Past(int page, ulong offset, string what) =>
        new(Path, $"page {page}: its {what} at byte {offset} ends past the end of the file ({Length} bytes)");

    private ushort UInt16(ReadOnlySpan<byte> at) =>
        _header.IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    private uint UInt32(ReadOnlySpan<byte> at) =>
        _header.IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    private ulong UInt64(ReadOnlySpan<byte> at) =>
        _header.IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);
}
