using System.Globalization;
using System.Numerics;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Pyramid;

/// <summary>Some levels of a multiscale: <c>all</c>, <c>2-5</c>, <c>2,3</c>, <c>>=1</c>.</summary>
public readonly record struct LevelSet
{
    private readonly uint _levels;

    private LevelSet(uint levels) => _levels = levels;

    /// <summary>Every level.</summary>
    public static LevelSet All => new(uint.MaxValue);

    /// <summary>True if there is none.</summary>
    public bool IsEmpty => _levels == 0;

    /// <summary>The finest; 32 of none.</summary>
    public int First => BitOperations.TrailingZeroCount(_levels);

    /// <summary>A level and all coarser ones.</summary>
    public static LevelSet From(int first) => new(first >= Multiscale.MostLevels ? 0 : uint.MaxValue << first);

    /// <summary>Reads numbers, ranges and <c>>=N</c>, with commas between them.</summary>
    /// <param name="option">The option it comes from, for the message.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="OptionException">It is none of these.</exception>
    public static LevelSet Parse(string option, string text)
    {
        uint levels = 0;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries)) levels |= Part(option, part)._levels;
        return new LevelSet(levels);
    }

    /// <summary>True if the level is one of them.</summary>
    public bool Contains(int level) => (_levels >> level & 1) != 0;

    /// <summary>Those that a multiscale of so many levels has.</summary>
    public LevelSet Below(int count) => count >= Multiscale.MostLevels ? this : new LevelSet(_levels & ~(uint.MaxValue << count));

    /// <summary>Those but one.</summary>
    public LevelSet Without(int level) => new(_levels & ~(1u << level));

    /// <summary><c>0</c>, <c>1–6</c>, <c>0, 2–3</c>.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        for (int first = First, end; first < Multiscale.MostLevels; first = end)
        {
            end = first;
            while (end < Multiscale.MostLevels && Contains(end)) end++;
            parts.Add(end - first == 1 ? $"{first}" : $"{first}–{end - 1}");
            while (end < Multiscale.MostLevels && !Contains(end)) end++;
        }

        return parts.Count == 0 ? "none" : string.Join(", ", parts);
    }

    private static LevelSet Part(string option, string part)
    {
        if (part.Equals("all", StringComparison.OrdinalIgnoreCase)) return All;
        if (part.StartsWith(">=", StringComparison.Ordinal)) return From(Number(option, part, part[2..]));
        string[] ends = part.Split('-');
        int first = Number(option, part, ends[0]), last = ends.Length == 2 ? Number(option, part, ends[1]) : first;
        if (ends.Length > 2 || last < first) throw Wrong(option, part);
        return From(first).Below(last + 1);
    }

    private static int Number(string option, string part, string text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int level) && level < Multiscale.MostLevels ? level : throw Wrong(option, part);

    private static OptionException Wrong(string option, string part) =>
        new(option, $"'{part}' names no levels; expected for example all, 3, 2-5, 0,3 or >=1 (the highest number is {Multiscale.MostLevels - 1})");
}
