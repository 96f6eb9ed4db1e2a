using System.Buffers.Binary;
using System.Text;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Corpus;

/// <summary>Writes uncompressed TIFFs in every layout the specification allows: written from the specification, not from the reader.</summary>
internal sealed class TiffWriter
{
    private readonly Output _file = new();
    private int _page;
    private readonly List<(ushort Tag, Func<ulong, ulong> Change)> _changes = [];

    public bool BigEndian { get; init; }

    public bool BigTiff { get; init; }

    /// <summary>Rows a strip, or null for one strip without the tag RowsPerStrip.</summary>
    public int? RowsPerStrip { get; init; }

    /// <summary>Tile width and height, or null for strips.</summary>
    public (int Width, int Height)? Tile { get; init; }

    /// <summary>The directory before the samples, as tifffile writes it, or after them, as libtiff does.</summary>
    public bool DirectoryFirst { get; init; }

    /// <summary>Bytes left between segments.</summary>
    public int Gap { get; init; }

    public string? Description { get; init; }

    /// <summary>Pixels a unit, as numerator and denominator.</summary>
    public (uint Numerator, uint Denominator)? Resolution { get; init; }

    public int Photometric { get; init; } = 1;

    /// <summary>Marks the second page as a smaller copy of the first (NewSubfileType 1).</summary>
    public bool SecondPageIsReduced { get; init; }

    /// <summary>Leaves out a tag.</summary>
    public HashSet<int> Without { get; init; } = [];

    /// <summary>Changes the single value of a tag.</summary>
    public TiffWriter With(int tag, ulong value)
    {
        _changes.Add(((ushort)tag, _ => value));
        return this;
    }

    /// <summary>Pages of equal size; <paramref name="samples"/> in C order, little-endian.</summary>
    public byte[] Write(int pages, int height, int width, DataType type, ReadOnlySpan<byte> samples) =>
        Write([.. Enumerable.Repeat((height, width, type), pages)], samples);

    /// <summary>Pages of any sizes and types.</summary>
    public byte[] Write(IReadOnlyList<(int Height, int Width, DataType Type)> pages, ReadOnlySpan<byte> samples)
    {
        _file.SetLength(0);
        _page = 0;
        _file.Write(BigEndian ? "MM"u8 : "II"u8);
        Put(BigTiff ? 43u : 42u, 2);
        if (BigTiff)
        {
            Put(8, 2);
            Put(0, 2);
        }

        long link = _file.Position;
        Put(0, OffsetBytes);
        int done = 0;
        foreach ((int height, int width, DataType type) in pages)
        {
            int bytes = height * width * type.Size();
            link = WritePage(height, width, type, samples.Slice(done, bytes), link);
            done += bytes;
            _page++;
        }

        return _file.ToArray();
    }

    private int OffsetBytes => BigTiff ? 8 : 4;

    private long WritePage(int height, int width, DataType type, ReadOnlySpan<byte> samples, long link)
    {
        List<byte[]> segments = Cut(height, width, type.Size(), samples);
        long data = _file.Length;
        // A directory's size does not depend on the offsets in it: write it once to learn it, then again with the right ones.
        long after = WriteDirectory(height, width, type, segments, data, data, out _);
        if (DirectoryFirst)
        {
            long first = Even(after);
            _file.SetLength(data);
            WriteDirectory(height, width, type, segments, data, first, out long next);
            _file.Position = first;
            WriteSegments(segments);
            Patch(link, Even(data));
            return next;
        }

        _file.SetLength(data);
        _file.Position = data = Even(data);
        WriteSegments(segments);
        long directory = Even(_file.Length);
        WriteDirectory(height, width, type, segments, directory, data, out long end);
        Patch(link, directory);
        return end;
    }

    private List<byte[]> Cut(int height, int width, int size, ReadOnlySpan<byte> samples)
    {
        List<byte[]> segments = [];
        if (Tile is not { } tile)
        {
            int rows = Math.Min(RowsPerStrip ?? height, height);
            for (int y = 0; y < height; y += rows)
                segments.Add(Swap(samples.Slice(y * width * size, Math.Min(rows, height - y) * width * size).ToArray(), size));
            return segments;
        }

        for (int y = 0; y < height; y += tile.Height)
        {
            for (int x = 0; x < width; x += tile.Width)
            {
                // The overhang is not zero, so that a reader that shows it is found out.
                byte[] segment = new byte[tile.Width * tile.Height * size];
                segment.AsSpan().Fill(0xEE);
                for (int row = y; row < Math.Min(height, y + tile.Height); row++)
                {
                    samples.Slice((row * width + x) * size, Math.Min(tile.Width, width - x) * size)
                        .CopyTo(segment.AsSpan((row - y) * tile.Width * size));
                }

                segments.Add(Swap(segment, size));
            }
        }

        return segments;
    }

    private byte[] Swap(byte[] bytes, int size)
    {
        if (BigEndian)
        {
            for (int i = 0; i < bytes.Length; i += size) Array.Reverse(bytes, i, size);
        }

        return bytes;
    }

    private void WriteSegments(List<byte[]> segments)
    {
        foreach (byte[] segment in segments)
        {
            _file.Write(segment);
            _file.Write(new byte[Gap]);
        }
    }

    private long WriteDirectory(int height, int width, DataType type, List<byte[]> segments, long at, long data, out long next)
    {
        at = Even(at);
        int format = type is DataType.Float32 or DataType.Float64 ? 3 : type.IsSigned() ? 2 : 1;
        ulong[] counts = [.. segments.Select(segment => (ulong)segment.Length)];
        ulong[] offsets = new ulong[segments.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = (ulong)data;
            data += segments[i].Length + Gap;
        }

        int wide = BigTiff ? 16 : 4;
        List<(int Tag, int Type, ulong[] Values, byte[]? Text)> entries =
        [
            (256, 4, [(ulong)width], null), (257, 4, [(ulong)height], null), (258, 3, [(ulong)type.Size() * 8], null),
            (259, 3, [1], null), (262, 3, [(ulong)Photometric], null), (277, 3, [1], null), (339, 3, [(ulong)format], null),
        ];
        if (SecondPageIsReduced && _page == 1) entries.Add((254, 4, [1], null));
        if (Description is not null)
        {
            byte[] text = [.. Encoding.UTF8.GetBytes(Description), 0];
            entries.Add((270, 2, [], text));
        }

        if (Resolution is { } resolution)
        {
            ulong packed = BigEndian ? ((ulong)resolution.Numerator << 32) | resolution.Denominator : ((ulong)resolution.Denominator << 32) | resolution.Numerator;
            entries.Add((282, 5, [packed], null));
            entries.Add((283, 5, [packed], null));
        }

        if (Tile is { } tile)
        {
            entries.Add((322, 3, [(ulong)tile.Width], null));
            entries.Add((323, 3, [(ulong)tile.Height], null));
            entries.Add((324, wide, offsets, null));
            entries.Add((325, wide, counts, null));
        }
        else
        {
            entries.Add((273, wide, offsets, null));
            entries.Add((279, wide, counts, null));
            if (RowsPerStrip is { } rows) entries.Add((278, 4, [(ulong)rows], null));
        }

        entries.RemoveAll(entry => Without.Contains(entry.Tag));
        entries.Sort((a, b) => a.Tag.CompareTo(b.Tag));
        int entryBytes = BigTiff ? 20 : 12;
        long values = at + (BigTiff ? 8 : 2) + entries.Count * entryBytes + OffsetBytes;
        _file.Position = at;
        Put((ulong)entries.Count, BigTiff ? 8 : 2);
        foreach ((int tag, int fieldType, ulong[] numbers, byte[]? text) in entries)
        {
            ulong[] changed = numbers;
            foreach ((ushort which, Func<ulong, ulong> change) in _changes)
            {
                if (which == tag) changed = [.. changed.Select(change)];
            }

            int size = fieldType switch { 2 => 1, 3 => 2, 4 => 4, _ => 8 };
            int bytes = text?.Length ?? changed.Length * size;
            Put((ulong)tag, 2);
            Put((ulong)fieldType, 2);
            Put((ulong)(text?.Length ?? changed.Length), OffsetBytes);
            long entryEnd = _file.Position + OffsetBytes;
            if (bytes > OffsetBytes)
            {
                Put((ulong)values, OffsetBytes);
                _file.Position = values;
                values = Even(values + bytes);
            }

            if (text is not null) _file.Write(text);
            foreach (ulong number in changed) Put(number, size);
            _file.Position = entryEnd;
        }

        next = _file.Position;
        Put(0, OffsetBytes);
        if (_file.Length < values) _file.SetLength(values);
        return values;
    }

    private void Patch(long link, long directory)
    {
        _file.Position = link;
        Put((ulong)directory, OffsetBytes);
        _file.Position = _file.Length;
    }

    private void Put(ulong value, int bytes)
    {
        Span<byte> buffer = stackalloc byte[8];
        if (BigEndian) BinaryPrimitives.WriteUInt64BigEndian(buffer, value << (64 - 8 * bytes));
        else BinaryPrimitives.WriteUInt64LittleEndian(buffer, value);
        _file.Write(buffer[..bytes]);
    }

    private static long Even(long offset) => offset + (offset & 1);

    /// <summary>Bytes that can be written anywhere, like a file.</summary>
    private sealed class Output
    {
        private byte[] _bytes = new byte[4096];

        public long Length { get; private set; }

        public long Position { get; set; }

        public void SetLength(long length)
        {
            Reserve(length);
            if (length > Length) _bytes.AsSpan((int)Length, (int)(length - Length)).Clear();
            Length = length;
            Position = Math.Min(Position, length);
        }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            long end = Position + bytes.Length;
            if (end > Length) SetLength(end);
            bytes.CopyTo(_bytes.AsSpan((int)Position));
            Position = end;
        }

        public byte[] ToArray() => _bytes[..(int)Length];

        private void Reserve(long length)
        {
            if (length > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Max(length, 2L * _bytes.Length));
        }
    }
}
