using System.Globalization;
using System.Text;
using ZarrFs.Core.Materialize.Building;

namespace ZarrFs.Core.Materialize.Journaling;

/// <summary>A journal's record of a run that is done.</summary>
/// <param name="Run">The run.</param>
/// <param name="Empty">One for each of its chunks: true if it is all fill.</param>
internal readonly record struct JournalRun(ChunkRun Run, bool[] Empty)
{
    private const int Fields = 9;
    private const int MostChunks = JournalLines.Longest; // four a character

    /// <summary>Reads what <see cref="Format"/> has written; null if it is something else.</summary>
    public static JournalRun? Parse(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[Fields + 1];
        if (text.Split(parts, ' ') != Fields) return null;
        Span<long> numbers = stackalloc long[Fields - 1];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(text[parts[i]], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return null;
        }

        if (numbers[0] > int.MaxValue || numbers[3] > MostChunks || numbers[7] > MostChunks || numbers[3] * numbers[7] > MostChunks) return null;
        var run = new ChunkRun((int)numbers[0], numbers[1], numbers[2], (int)numbers[3], numbers[4], numbers[5], numbers[6], (int)numbers[7]);
        ReadOnlySpan<char> bits = text[parts[Fields - 1]];
        bool[] empty = new bool[run.Chunks];
        if (bits is "all") empty.AsSpan().Fill(true);
        else if (bits is not "none" && !TryParseBits(bits, empty)) return null;
        return new JournalRun(run, empty);
    }

    /// <summary>The record of a run: its numbers, and which chunks are empty, the first in the highest bit.</summary>
    public static string Format(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        var text = new StringBuilder(64);
        text.Append(run.Level).Append(' ').Append(run.T).Append(' ').Append(run.C).Append(' ').Append(run.Channels).Append(' ')
            .Append(run.Z).Append(' ').Append(run.Y).Append(' ').Append(run.X).Append(' ').Append(run.Count).Append(' ');
        if (!empty.Contains(true)) return text.Append("none").ToString();
        if (!empty.Contains(false)) return text.Append("all").ToString();
        for (int i = 0; i < empty.Length; i += 4)
        {
            int digit = 0;
            for (int bit = 0; bit < 4; bit++) digit = (digit << 1) | (i + bit < empty.Length && empty[i + bit] ? 1 : 0);
            text.Append(digit.ToString("x", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static bool TryParseBits(ReadOnlySpan<char> bits, bool[] empty)
    {
        if (bits.Length != (empty.Length + 3) / 4) return false;
        for (int i = 0; i < bits.Length; i++)
        {
            if (!char.IsAsciiHexDigit(bits[i])) return false;
            int digit = Convert.ToInt32(bits[i].ToString(), 16);
            for (int bit = 0; bit < 4 && (4 * i) + bit < empty.Length; bit++) empty[(4 * i) + bit] = (digit & (8 >> bit)) != 0;
        }

        return true;
    }
}
