using System.Globalization;
using System.Numerics;
using System.Text;

namespace ZarrFs.Core.Materialize.Journaling;

/// <summary>Lines of text, each behind its CRC-32C in eight hexadecimal digits: what a kill or a power failure has torn is not mistaken for one.</summary>
internal static class JournalLines
{
    /// <summary>Longest line that is believed.</summary>
    public const int Longest = 1 << 22;

    private const int ChecksumLength = 9; // with the space behind it

    /// <summary>A line, with its end.</summary>
    public static byte[] Format(string text)
    {
        byte[] line = new byte[ChecksumLength + Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, line.AsSpan(ChecksumLength));
        Encoding.UTF8.GetBytes($"{Checksum(line.AsSpan(ChecksumLength, line.Length - ChecksumLength - 1)):x8} ", line);
        line[^1] = (byte)'\n';
        return line;
    }

    /// <summary>The lines of a file up to the first that is torn, each with the offset at which it ends.</summary>
    public static IEnumerable<(string Text, long End)> Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        byte[] buffer = new byte[1 << 16];
        int from = 0, filled = 0;
        long position = 0;
        while (true)
        {
            int length = buffer.AsSpan(from, filled - from).IndexOf((byte)'\n');
            if (length >= 0)
            {
                if (Parse(buffer.AsSpan(from, length)) is not { } text) yield break;
                from += length + 1;
                position += length + 1;
                yield return (text, position);
                continue;
            }

            buffer.AsSpan(from, filled - from).CopyTo(buffer);
            (from, filled) = (0, filled - from);
            if (filled == buffer.Length)
            {
                if (buffer.Length >= Longest) yield break;
                Array.Resize(ref buffer, 2 * buffer.Length);
            }

            int read = file.Read(buffer.AsSpan(filled));
            if (read == 0) yield break;
            filled += read;
        }
    }

    private static string? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length < ChecksumLength || line[ChecksumLength - 1] != (byte)' ') return null;
        ReadOnlySpan<byte> text = line[ChecksumLength..];
        bool isWhole = uint.TryParse(line[..(ChecksumLength - 1)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint checksum)
            && checksum == Checksum(text);
        return isWhole ? Encoding.UTF8.GetString(text) : null;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes) sum = BitOperations.Crc32C(sum, value);
        return ~sum;
    }
}
