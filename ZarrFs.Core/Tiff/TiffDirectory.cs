using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Tiff;

/// <summary>One directory: the tags of one page, with getters that check every value against the file's length.</summary>
internal sealed class TiffDirectory
{
    private const int LongestText = 1 << 20;
    private const int TextStartBytes = 16;
    private const int LongestCodecTag = 1 << 16;

    private readonly TiffReader _reader;
    private readonly List<TiffField> _fields = new(16);

    public TiffDirectory(TiffReader reader, int page, long offset)
    {
        _reader = reader;
        Page = page;
        Offset = offset;
    }

    /// <summary>0-based place in the chain.</summary>
    public int Page { get; }

    /// <summary>Where it begins in the file.</summary>
    public long Offset { get; }

    public string Path => _reader.Path;

    public bool IsBigEndian => _reader.Header.IsBigEndian;

    /// <summary>Bytes in the file.</summary>
    public long FileLength => _reader.Length;

    /// <summary>Adds an entry; of two with the same tag the first counts, as in libtiff.</summary>
    public void Add(TiffField field)
    {
        if (!Has(field.Tag)) _fields.Add(field);
    }

    public bool Has(TiffTag tag) => TryFind(tag, out _);

    /// <summary>The first value of a tag, or <paramref name="missing"/> where the file has none.</summary>
    /// <exception cref="TiffFormatException">Not a whole number from 0 to <paramref name="most"/>, or outside the file.</exception>
    public long Integer(TiffTag tag, long missing, long most = uint.MaxValue)
    {
        if (!TryFind(tag, out TiffField field)) return missing;
        CheckIntegers(field, 1);
        ulong value = _reader.Integer(field, 0);
        if (value > (ulong)most) throw Error(tag, $"found {value}, expected 0 to {most}");
        return (long)value;
    }

    /// <summary>The first value of a tag that must be there, from 1 to <paramref name="most"/>.</summary>
    /// <exception cref="TiffFormatException">It is missing, 0, too large or malformed.</exception>
    public long Required(TiffTag tag, long most = int.MaxValue)
    {
        if (!Has(tag)) throw Error(tag, "is missing");
        long value = Integer(tag, 0, long.MaxValue);
        if (value < 1 || value > most) throw Error(tag, $"found {value}, expected 1 to {most}");
        return value;
    }

    /// <summary>Finds a tag with at least <paramref name="count"/> whole numbers that lie in the file.</summary>
    /// <exception cref="TiffFormatException">It is missing, shorter or malformed.</exception>
    public TiffField Integers(TiffTag tag, long count)
    {
        if (!TryFind(tag, out TiffField field)) throw Error(tag, "is missing");
        CheckIntegers(field, count);
        return field;
    }

    /// <summary>All values of a tag that a decoder needs.</summary>
    /// <exception cref="TiffFormatException">Not whole numbers or bytes, too many, or outside the file.</exception>
    public CodecTag CodecTag(TiffTag tag)
    {
        if (!TryFind(tag, out TiffField field)) throw Error(tag, "is missing");
        if (field.Count is 0 or > LongestCodecTag) throw Error(tag, $"found {field.Count} values, expected 1 to {LongestCodecTag}");
        if (field.Type == TiffFieldType.Undefined) field = field with { Type = TiffFieldType.Byte };
        CheckIntegers(field, (long)field.Count);
        uint[] values = new uint[field.Count];
        for (int i = 0; i < values.Length; i++) values[i] = (uint)_reader.Integer(field, i);
        return new CodecTag(tag, values);
    }

    /// <summary>One number of a field that <see cref="Integers"/> has checked.</summary>
    public ulong Value(in TiffField field, long index) => _reader.Integer(field, index);

    /// <summary>The text of a tag, or null where there is none.</summary>
    /// <exception cref="TiffFormatException">Not text, outside the file, or longer than <paramref name="most"/> bytes.</exception>
    public string? Text(TiffTag tag, int most = LongestText) => TryFindBytes(tag, most, out TiffField field) ? _reader.Text(field, most) : null;

    /// <summary>The first few characters of a text, or nothing where there is none or it is malformed.</summary>
    public string TextStart(TiffTag tag)
    {
        bool readable = TryFind(tag, out TiffField field) && field.Type == TiffFieldType.Ascii && _reader.Contains(field.Offset, Math.Min(field.Count, TextStartBytes));
        return readable ? _reader.Text(field, TextStartBytes) : "";
    }

    /// <summary>The bytes of a tag, or null where there is none.</summary>
    /// <exception cref="TiffFormatException">Not bytes, outside the file, or more than <paramref name="most"/>.</exception>
    public byte[]? Bytes(TiffTag tag, int most) =>
        TryFindBytes(tag, most, out TiffField field) ? _reader.Bytes(field.Offset, (int)field.Count) : null;

    /// <summary>The whole numbers of a tag, or null where there is none.</summary>
    /// <exception cref="TiffFormatException">Not whole numbers, outside the file, or more than <paramref name="most"/>.</exception>
    public ulong[]? Numbers(TiffTag tag, int most)
    {
        if (!TryFind(tag, out TiffField field)) return null;
        if (field.Count > (ulong)most) throw Error(tag, $"found {field.Count} values, expected at most {most}");
        CheckIntegers(field, (long)field.Count);
        ulong[] numbers = new ulong[(int)field.Count];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = _reader.Integer(field, i);
        return numbers;
    }

    /// <summary>A rational value, or null where there is none or it is no positive finite number.</summary>
    public double? Rational(TiffTag tag)
    {
        if (!TryFind(tag, out TiffField field) || field.Type != TiffFieldType.Rational || field.Count == 0) return null;
        CheckInside(field, 1);
        (uint numerator, uint denominator) = _reader.Rational(field);
        return numerator == 0 || denominator == 0 ? null : (double)numerator / denominator;
    }

    /// <summary>The exception for a tag of this page.</summary>
    public TiffFormatException Error(TiffTag tag, string message) => new(Path, $"page {Page}, tag {(int)tag} ({tag}): {message}");

    /// <summary>The exception for a value of a tag of this page that is not read.</summary>
    public UnsupportedException Unsupported(TiffTag tag, string message) => new(Path, $"page {Page}, tag {(int)tag}: {tag} {message}");

    private bool TryFind(TiffTag tag, out TiffField found)
    {
        foreach (TiffField field in _fields)
        {
            if (field.Tag != tag) continue;
            found = field;
            return true;
        }

        found = default;
        return false;
    }

    private bool TryFindBytes(TiffTag tag, int most, out TiffField field)
    {
        if (!TryFind(tag, out field)) return false;
        if (field.Type is not (TiffFieldType.Ascii or TiffFieldType.Byte or TiffFieldType.Undefined))
            throw Error(tag, $"found values of type {(int)field.Type}, expected bytes");
        if (field.Count > (ulong)most) throw Error(tag, $"found {field.Count} bytes, expected at most {most}");
        CheckInside(field, field.Count);
        return true;
    }

    private void CheckIntegers(in TiffField field, long count)
    {
        if (field.Type is not (TiffFieldType.Byte or TiffFieldType.Short or TiffFieldType.Long or TiffFieldType.SByte or TiffFieldType.SShort
            or TiffFieldType.SLong or TiffFieldType.Ifd or TiffFieldType.Long8 or TiffFieldType.SLong8 or TiffFieldType.Ifd8))
            throw Error(field.Tag, $"found values of type {(int)field.Type}, expected whole numbers");
        if (field.Count < (ulong)count) throw Error(field.Tag, $"found {field.Count} values, expected {count}");
        CheckInside(field, (ulong)count);
    }

    private void CheckInside(in TiffField field, ulong count)
    {
        ulong size = (ulong)field.Type.Size();
        // The file's length bounds the product before it is made.
        if (count > (ulong)FileLength || !_reader.Contains(field.Offset, count * size))
        {
            throw Error(
                field.Tag, $"its {count} values of {size} bytes at byte {field.Offset} end past the end of the file ({FileLength} bytes)");
        }

        if (!_reader.TryLookAt(count * size))
            throw Error(field.Tag, $"its {count} values of {size} bytes, with those of the pages before it, are many times more than the file's {FileLength} bytes");
    }
}
