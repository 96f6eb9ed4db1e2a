using System.Globalization;

namespace ZarrFs.Host.Http;

/// <summary>A part of a file: <see cref="Length"/> bytes from <see cref="Start"/>.</summary>
internal readonly record struct ByteRange(long Start, long Length)
{
    /// <summary>
    /// Reads a Range header (RFC 9110 section 14.1.2). More than one range, another unit and anything malformed are ignored, as the RFC
    /// allows: the whole file is the answer.
    /// </summary>
    public static RangeVerdict Read(ReadOnlySpan<char> header, long size, out ByteRange range)
    {
        range = new ByteRange(0, size);
        const string Unit = "bytes=";
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)) return RangeVerdict.Whole;
        ReadOnlySpan<char> text = header[Unit.Length..].Trim(" \t");
        int dash = text.IndexOf('-');
        if (dash < 0) return RangeVerdict.Whole;
        ReadOnlySpan<char> first = text[..dash];
        ReadOnlySpan<char> last = text[(dash + 1)..];

        if (first.IsEmpty)
        {
            if (!TryReadNumber(last, out long suffix)) return RangeVerdict.Whole;
            suffix = Math.Min(suffix, size);
            if (suffix == 0) return RangeVerdict.Unsatisfiable;
            range = new ByteRange(size - suffix, suffix);
            return RangeVerdict.Part;
        }

        if (!TryReadNumber(first, out long start)) return RangeVerdict.Whole;
        long end = long.MaxValue;
        if (!last.IsEmpty && (!TryReadNumber(last, out end) || end < start)) return RangeVerdict.Whole;
        if (start >= size) return RangeVerdict.Unsatisfiable;
        range = new ByteRange(start, Math.Min(end, size - 1) - start + 1);
        return RangeVerdict.Part;
    }

    /// <summary>Digits only; a number beyond 64 bits is a very large one, not a mistake.</summary>
    private static bool TryReadNumber(ReadOnlySpan<char> digits, out long value)
    {
        value = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9')) return false;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value)) value = long.MaxValue;
        return true;
    }
}

/// <summary>What a Range header asks for.</summary>
internal enum RangeVerdict
{
    /// <summary>Everything: 200.</summary>
    Whole,

    /// <summary>A part: 206.</summary>
    Part,

    /// <summary>A part that is not there: 416.</summary>
    Unsatisfiable,
}
