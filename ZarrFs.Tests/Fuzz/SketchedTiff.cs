using System.Buffers.Binary;
using System.Text;

namespace ZarrFs.Tests.Fuzz;

/// <summary>Lays out a TIFF of any pages, tags and segments, whether they make sense or not.</summary>
internal sealed class SketchedTiff(params SketchedPage[] pages)
{
    private readonly List<byte> _bytes = [];

    public bool BigEndian { get; init; }

    public bool BigTiff { get; init; }

    private int OffsetBytes => BigTiff ? 8 : 4;

    public byte[] ToArray()
    {
        _bytes.Clear();
        _bytes.AddRange(BigEndian ? "MM"u8 : "II"u8);
        Add(BigTiff ? 43u : 42u, 2);
        if (BigTiff)
        {
            Add(8, 2);
            Add(0, 2);
        }

        int link = _bytes.Count;
        Add(0, OffsetBytes);
        foreach (SketchedPage page in pages)
        {
            Set(link, (ulong)Directory(page, out int next), OffsetBytes);
            link = next;
        }

        return [.. _bytes];
    }

    /// <summary>Writes a page's segments, children, values and directory, in this order, and gives the directory's offset.</summary>
    private int Directory(SketchedPage page, out int next)
    {
        List<SketchedField> fields = [.. page.Fields];
        if (page.Segments.Count > 0)
        {
            List<ulong> offsets = [];
            foreach (byte[] segment in page.Segments)
            {
                Even();
                offsets.Add((ulong)_bytes.Count);
                _bytes.AddRange(segment);
            }

            int type = BigTiff ? 16 : 4;
            bool tiled = page.Fields.Any(field => field.Tag == 322);
            fields.Add(new(tiled ? 324 : 273, type, [.. offsets]));
            fields.Add(new(tiled ? 325 : 279, type, [.. page.Segments.Select(segment => (ulong)segment.Length)]));
        }

        if (page.Children.Count > 0)
            fields.Add(new(330, BigTiff ? 18 : 13, [.. page.Children.Select(child => (ulong)Directory(child, out _))]));
        fields.RemoveAll(field => page.Without.Contains(field.Tag));
        fields.Sort((a, b) => a.Tag.CompareTo(b.Tag));
        byte[] entries = [.. fields.SelectMany(Entry)];
        Even();
        int at = _bytes.Count;
        Add((ulong)fields.Count, BigTiff ? 8 : 2);
        _bytes.AddRange(entries);
        next = _bytes.Count;
        Add(0, OffsetBytes);
        return at;
    }

    private byte[] Entry(SketchedField field)
    {
        byte[] value = [.. field.Values.SelectMany(number => Bytes(number, field.ElementBytes))];
        ulong count = (ulong)(field.Values.Count / (field.IsRational ? 2 : 1));
        if (value.Length <= OffsetBytes)
        {
            Array.Resize(ref value, OffsetBytes);
        }
        else
        {
            Even();
            byte[] offset = Bytes((ulong)_bytes.Count, OffsetBytes);
            _bytes.AddRange(value);
            value = offset;
        }

        return [.. Bytes((ulong)field.Tag, 2), .. Bytes((ulong)field.Type, 2), .. Bytes(count, OffsetBytes), .. value];
    }

    private void Even()
    {
        if (_bytes.Count % 2 != 0) _bytes.Add(0);
    }

    private void Add(ulong value, int bytes) => _bytes.AddRange(Bytes(value, bytes));

    private void Set(int at, ulong value, int bytes)
    {
        byte[] written = Bytes(value, bytes);
        for (int i = 0; i < bytes; i++) _bytes[at + i] = written[i];
    }

    private byte[] Bytes(ulong value, int bytes)
    {
        byte[] all = new byte[8];
        if (BigEndian) BinaryPrimitives.WriteUInt64BigEndian(all, value << (64 - 8 * bytes));
        else BinaryPrimitives.WriteUInt64LittleEndian(all, value);
        return all[..bytes];
    }
}

/// <summary>A page to be written: its tags, its segments as they are stored, its SubIFDs.</summary>
internal sealed class SketchedPage
{
    public List<SketchedField> Fields { get; } = [];

    public List<byte[]> Segments { get; } = [];

    public List<SketchedPage> Children { get; } = [];

    public HashSet<int> Without { get; } = [];

    /// <summary>A page of one sample a pixel in one strip, which <see cref="Store"/> gives.</summary>
    public static SketchedPage Grey(int width, int height, int bits, int compression = 1) => new SketchedPage()
        .Tag(256, 4, (ulong)width).Tag(257, 4, (ulong)height).Tag(258, 3, (ulong)bits).Tag(259, 3, (ulong)compression).Tag(262, 3, 1).Tag(277, 3, 1);

    /// <summary>Gives a tag its values, in place of those it has.</summary>
    public SketchedPage Tag(int tag, int type, params IReadOnlyList<ulong> values)
    {
        Fields.RemoveAll(field => field.Tag == tag);
        Fields.Add(new SketchedField(tag, type, values));
        return this;
    }

    /// <summary>Gives a tag a second time.</summary>
    public SketchedPage Again(int tag, int type, params IReadOnlyList<ulong> values)
    {
        Fields.Add(new SketchedField(tag, type, values));
        return this;
    }

    public SketchedPage Text(int tag, string text) => Bytes(tag, 2, [.. Encoding.UTF8.GetBytes(text), 0]);

    public SketchedPage Bytes(int tag, int type, byte[] bytes) => Tag(tag, type, [.. bytes.Select(value => (ulong)value)]);

    public SketchedPage Store(params byte[][] segments)
    {
        Segments.AddRange(segments);
        return this;
    }

    public SketchedPage Child(SketchedPage page)
    {
        Children.Add(page);
        return this;
    }

    public SketchedPage Leave(int tag)
    {
        Without.Add(tag);
        return this;
    }
}

/// <param name="Tag">Its number.</param>
/// <param name="Type">TIFF's number of the type.</param>
/// <param name="Values">The elements; a rational is two.</param>
internal sealed record SketchedField(int Tag, int Type, IReadOnlyList<ulong> Values)
{
    public bool IsRational => Type is 5 or 10;

    public int ElementBytes => Type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 12 or 16 or 17 or 18 => 8, _ => 4 };
}
