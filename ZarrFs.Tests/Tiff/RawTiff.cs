using System.Buffers.Binary;

namespace ZarrFs.Tests.Tiff;

/// <summary>A TIFF of one page put together tag by tag, so that it can say anything.</summary>
internal sealed class RawTiff
{
    private readonly SortedDictionary<int, (int Type, uint[] Values)> _tags = [];

    public bool BigEndian { get; init; }

    /// <summary>Sets a tag to 16-bit numbers, or 32-bit ones where they are too large.</summary>
    public RawTiff With(int tag, params uint[] values)
    {
        _tags[tag] = (values.All(static value => value <= ushort.MaxValue) ? 3 : 4, values);
        return this;
    }

    /// <summary>Sets a tag to a text.</summary>
    public RawTiff With(int tag, string text)
    {
        _tags[tag] = (2, [.. text.Select(static letter => (uint)letter), 0]);
        return this;
    }

    public RawTiff Shape(int width, int height, uint bits, int samples = 1) =>
        With(256, (uint)width).With(257, (uint)height).With(258, [.. Enumerable.Repeat(bits, samples)]).With(277, (uint)samples);

    /// <summary>The file, its segments one after the other behind the header; null ones are holes. Offsets and counts already set are kept.</summary>
    public byte[] Write(params byte[]?[] segments)
    {
        bool tiled = _tags.ContainsKey(322);
        List<byte> file = [.. new byte[8]];
        uint[] offsets = new uint[segments.Length], counts = new uint[segments.Length];
        for (int i = 0; i < segments.Length; i++)
        {
            if (segments[i] is not { } segment) continue;
            (offsets[i], counts[i]) = ((uint)file.Count, (uint)segment.Length);
            file.AddRange(segment);
        }

        _tags.TryAdd(tiled ? 324 : 273, (4, offsets));
        _tags.TryAdd(tiled ? 325 : 279, (4, counts));
        int at = file.Count + (file.Count & 1), values = at + 2 + 12 * _tags.Count + 4;
        byte[] bytes = new byte[values + _tags.Sum(static tag => 4 * tag.Value.Values.Length + 4)];
        file.CopyTo(bytes);
        (BigEndian ? "MM"u8 : "II"u8).CopyTo(bytes);
        Put(2, 2, 42);
        Put(4, 4, (uint)at);
        Put(at, 2, (uint)_tags.Count);
        at += 2;
        foreach ((int tag, (int type, uint[] numbers)) in _tags)
        {
            int size = type switch { 2 => 1, 3 => 2, _ => 4 }, to = at + 8;
            Put(at, 2, (uint)tag);
            Put(at + 2, 2, (uint)type);
            Put(at + 4, 4, (uint)numbers.Length);
            if (numbers.Length * size > 4)
            {
                Put(to, 4, (uint)values);
                to = values;
                values += numbers.Length * size + (numbers.Length * size & 1);
            }

            for (int i = 0; i < numbers.Length; i++) Put(to + i * size, size, numbers[i]);
            at += 12;
        }

        return bytes;

        void Put(int offset, int size, uint value)
        {
            Span<byte> to = bytes.AsSpan(offset);
            if (size == 1) to[0] = (byte)value;
            else if (size == 2 && BigEndian) BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)value);
            else if (size == 2) BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)value);
            else if (BigEndian) BinaryPrimitives.WriteUInt32BigEndian(to, value);
            else BinaryPrimitives.WriteUInt32LittleEndian(to, value);
        }
    }

    /// <summary>What Deflate (8) makes of bytes.</summary>
    public static byte[] Deflate(byte[] bytes)
    {
        using MemoryStream output = new();
        using (System.IO.Compression.ZLibStream stream = new(output, System.IO.Compression.CompressionLevel.Optimal)) stream.Write(bytes);
        return output.ToArray();
    }
}
