using System.Buffers.Binary;
using System.Text;

namespace ZarrFs.Tests.Fuzz;

/// <summary>The ways to break one file: all the systematic ones by number, and any number of random ones.</summary>
internal sealed class Mutations
{
    private static readonly ulong[] Extremes =
    [
        0, 1, 2, 3, 7, 12, 13, 16, 17, 0x7F, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF,
        0x100000000, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF,
    ];

    private static readonly string[] Tokens =
    [
        "9", "-1", "0", "999999999", "2147483647", "4294967296", "99999999999999999999", "NaN", "1e308", "1e-320", "Infinity", "<", ">", "&a;", "\"", "{", "[", "]]>",
        "<!--", "<?", "=", "\n", "\\u", "\0", "images=", "slices=", "channels=", "frames=", "XYCZT", "uint16", "double", "IFD=", "UUID", "FirstZ=\"", "é", "\ud83d\ude00",
    ];

    private readonly byte[] _file;
    private readonly DirectoryMap _map;
    private readonly List<Edit> _systematic = [];

    public Mutations(byte[] file)
    {
        _file = file;
        _map = new DirectoryMap(file);
        for (int at = 0; at < file.Length; at++) _systematic.Add(new Edit("cut", at));
        foreach (DirectoryMap.Place place in _map.Numbers)
        {
            for (int bit = 0; bit < place.Bytes * 8; bit++) _systematic.Add(new Edit("flip", place.At + bit / 8, $"{bit % 8}"));
            foreach (ulong value in Extremes.Concat([(ulong)file.Length - 1, (ulong)file.Length, (ulong)file.Length + 1]).Concat(_map.Directories.Select(at => (ulong)at)))
            {
                if (place.Bytes == 8 || value >> (8 * place.Bytes) == 0) _systematic.Add(Put(place, value));
            }
        }
    }

    /// <summary>Truncation at every byte, every bit of header and directories, every number of theirs at its extremes.</summary>
    public IReadOnlyList<Edit> Systematic => _systematic;

    /// <summary>A few changes at random.</summary>
    public Edit[] Random(Random random)
    {
        Edit[] edits = new Edit[random.Next(1, 6)];
        for (int i = 0; i < edits.Length; i++) edits[i] = One(random);
        return edits;
    }

    private Edit One(Random random)
    {
        int at = random.Next(_file.Length);
        switch (random.Next(9))
        {
            case 0:
                return new Edit("flip", at, $"{random.Next(8)}");
            case 1:
                return new Edit("noise", at, $"{random.Next(1, 40)} {random.Next(1000)}");
            case 2:
                return new Edit("move", at, $"{random.Next(_file.Length)} {random.Next(1, 24)}");
            case 3 when _map.Texts.Count > 0:
            case 4 when _map.Texts.Count > 0:
                (int start, int bytes) = _map.Texts[random.Next(_map.Texts.Count)];
                return new Edit("put", start + random.Next(bytes), Convert.ToHexString(Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])));
            case 5 when _map.Values.Count > 0:
                (start, bytes) = _map.Values[random.Next(_map.Values.Count)];
                return new Edit("put", start + random.Next(bytes), Convert.ToHexString(Some(random, 4)));
            case 6 when random.Next(8) == 0:
                return new Edit("cut", at);
            default:
                return _map.Numbers.Count == 0 ? new Edit("flip", at, "0") : Number(random);
        }
    }

    private Edit Number(Random random)
    {
        DirectoryMap.Place place = _map.Numbers[random.Next(_map.Numbers.Count)];
        ulong value = random.Next(4) switch
        {
            0 => (ulong)random.Next(_file.Length + 2),
            1 => (ulong)random.Next(64),
            2 => Extremes[random.Next(Extremes.Length)] + (ulong)random.Next(-2, 3),
            _ => (ulong)random.NextInt64(),
        };
        return Put(place, value);
    }

    private Edit Put(DirectoryMap.Place place, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (_map.IsBigEndian) BinaryPrimitives.WriteUInt64BigEndian(bytes, value << (64 - 8 * place.Bytes));
        else BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return new Edit("put", place.At, Convert.ToHexString(bytes[..place.Bytes]));
    }

    private static byte[] Some(Random random, int most)
    {
        byte[] bytes = new byte[random.Next(1, most + 1)];
        random.NextBytes(bytes);
        return bytes;
    }
}
