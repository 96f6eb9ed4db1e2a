using System.Buffers.Text;

namespace ZarrFs.Host.Http.S3;

/// <summary>
/// The numbers 0 … n − 1 in the order of their names: 0, 1, 10, 100, 101, 11, 2 … Whether a slash follows each name makes no difference to it,
/// since a slash sorts before the digits.
/// </summary>
internal static class NumberOrder
{
    /// <summary>The first number whose name comes after a text; -1 if there is none.</summary>
    /// <param name="count">How many numbers there are.</param>
    /// <param name="isDirectory">Whether a slash follows each name.</param>
    /// <param name="text">In UTF-8.</param>
    /// <param name="orEqual">Whether a name that equals the text will do.</param>
    public static long After(long count, bool isDirectory, ReadOnlySpan<byte> text, bool orEqual)
    {
        if (count <= 0) return -1;

        // As much of the text as is the name of a number.
        long number = -1;
        int length = 0;
        while (length < text.Length && number != 0 && text[length] is >= (byte)'0' and <= (byte)'9')
        {
            long longer = (Math.Max(number, 0) * 10) + (text[length] - '0');
            if (longer >= count) break;
            number = longer;
            length++;
        }

        ReadOnlySpan<byte> rest = text[length..];
        if (length == 0) return rest.IsEmpty || rest[0] < '0' ? 0 : -1;

        // What the name has beyond the part that both share.
        int order = (isDirectory ? "/"u8 : ""u8).SequenceCompareTo(rest);
        if (order > 0 || (order == 0 && orEqual)) return number;
        return rest.IsEmpty || rest[0] < '0' ? Next(count, number) : NextButLonger(count, number);
    }

    private static long Next(long count, long number) => number > 0 && number <= (count - 1) / 10 ? number * 10 : NextButLonger(count, number);

    /// <summary>The next one that does not merely have more digits.</summary>
    private static long NextButLonger(long count, long number)
    {
        while (number % 10 == 9 || number + 1 >= count)
        {
            number /= 10;
            if (number == 0) return -1;
        }

        return number + 1;
    }

    /// <summary>Reads a name; false unless it is written as numbers here are.</summary>
    public static bool TryRead(ReadOnlySpan<byte> name, out long number) =>
        Utf8Parser.TryParse(name, out number, out int used) && used == name.Length && number >= 0
        && name[0] is >= (byte)'0' and <= (byte)'9' && (name.Length == 1 || name[0] != '0');
}
