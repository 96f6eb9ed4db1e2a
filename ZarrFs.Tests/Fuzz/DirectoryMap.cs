using System.Buffers.Binary;

namespace ZarrFs.Tests.Fuzz;

/// <summary>Where the numbers are that a TIFF's reader trusts: of files that are well-formed.</summary>
internal sealed class DirectoryMap
{
    private const int SubIfds = 330;
    private const int MostDirectories = 64;

    private readonly byte[] _file;
    private readonly bool _bigTiff;
    private readonly List<Place> _numbers = [];
    private readonly List<(int At, int Bytes)> _values = [];
    private readonly List<(int At, int Bytes)> _texts = [];
    private readonly List<int> _directories = [];

    public DirectoryMap(byte[] file)
    {
        _file = file;
        if (file.Length < 8) return;
        IsBigEndian = file[0] == 'M';
        _bigTiff = Number(2, 2) == 43;
        int link = _bigTiff ? 8 : 4;
        for (int i = 0; i < link; i += 2) _numbers.Add(new Place(i, 2));
        _numbers.Add(new Place(link, OffsetBytes));
        Walk(Number(link, OffsetBytes));
    }

    public bool IsBigEndian { get; }

    /// <summary>Every number of the header and the directories: tags, types, counts, values, links.</summary>
    public IReadOnlyList<Place> Numbers => _numbers;

    /// <summary>Bytes of values that are not in their entry.</summary>
    public IReadOnlyList<(int At, int Bytes)> Values => _values;

    /// <summary>Texts among them.</summary>
    public IReadOnlyList<(int At, int Bytes)> Texts => _texts;

    /// <summary>Offsets of the directories.</summary>
    public IReadOnlyList<int> Directories => _directories;

    private int OffsetBytes => _bigTiff ? 8 : 4;

    private void Walk(ulong offset)
    {
        while (offset > 0 && _directories.Count < MostDirectories)
        {
            int at = (int)offset;
            int countBytes = _bigTiff ? 8 : 2;
            if (at < 0 || at + countBytes > _file.Length || _directories.Contains(at)) return;
            _directories.Add(at);
            _numbers.Add(new Place(at, countBytes));
            int entries = (int)Number(at, countBytes);
            at += countBytes;
            for (int i = 0; i < entries && at + 4 + 2 * OffsetBytes <= _file.Length; i++, at += 4 + 2 * OffsetBytes) Entry(at);
            if (at + OffsetBytes > _file.Length) return;
            _numbers.Add(new Place(at, OffsetBytes));
            offset = Number(at, OffsetBytes);
        }
    }

    private void Entry(int at)
    {
        _numbers.AddRange([new Place(at, 2), new Place(at + 2, 2), new Place(at + 4, OffsetBytes)]);
        int type = (int)Number(at + 2, 2);
        int size = type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 5 or 10 or 12 or 16 or 17 or 18 => 8, _ => 4 };
        ulong count = Number(at + 4, OffsetBytes);
        int value = at + 4 + OffsetBytes;
        if (count * (ulong)size <= (ulong)OffsetBytes)
        {
            _numbers.Add(new Place(value, size));
        }
        else
        {
            _numbers.Add(new Place(value, OffsetBytes));
            ulong where = Number(value, OffsetBytes);
            int bytes = (int)count * size;
            if (where > (ulong)_file.Length || bytes < 0 || (long)where + bytes > _file.Length) return;
            _values.Add(((int)where, bytes));
            if (type == 2) _texts.Add(((int)where, bytes));
            value = (int)where;
            int number = type is 5 or 10 ? 4 : size;
            _numbers.AddRange([new Place(value, number), new Place(value + bytes - number, number)]);
        }

        if (Number(at, 2) == SubIfds)
        {
            for (int i = 0; i < (int)count; i++) Walk(Number(value + i * size, size));
        }
    }

    private ulong Number(int at, int bytes)
    {
        ReadOnlySpan<byte> from = _file.AsSpan(at, bytes);
        return bytes switch
        {
            1 => from[0],
            2 => IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(from) : BinaryPrimitives.ReadUInt16LittleEndian(from),
            4 => IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(from) : BinaryPrimitives.ReadUInt32LittleEndian(from),
            _ => IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(from) : BinaryPrimitives.ReadUInt64LittleEndian(from),
        };
    }

    /// <param name="At">Offset of a number.</param>
    /// <param name="Bytes">1, 2, 4 or 8.</param>
    public readonly record struct Place(int At, int Bytes);
}
