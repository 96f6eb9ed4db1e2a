using System.Text.RegularExpressions;

namespace ZarrFs.Core.Sources;

/// <summary>
/// The ways in which microscopes and ImageJ write channel and time into names. They are guesses, so they are held back: apart from the
/// numbers all names must be equal, each place must be taken once, at least half of the grid must be filled, and something else than z
/// must vary. What does not pass is ordered by name, as ever.
/// </summary>
internal static partial class NameConventions
{
    // More channels than any microscope has: such files are slices that are called so.
    private const int MostChannels = 64;
    private const string Separators = "_-. ";

    /// <summary>Finds the convention that all names follow.</summary>
    /// <param name="files">Their names are relative to the directory, with <c>/</c> between folders.</param>
    /// <returns>Null if there is none.</returns>
    public static (SliceGrid Grid, string Convention)? Find(IReadOnlyList<SourceFile> files)
    {
        foreach ((Regex whole, string convention) in (ReadOnlySpan<(Regex, string)>)
            [(MicroManager(), "Micro-Manager's names (time, channel, z)"), (MetaMorph(), "MetaMorph's names (_w channel, _t time)"), (Harmony(), "Harmony's names (p plane, ch channel, sk time)")])
        {
            if (Accept(ReadWhole(files, whole)) is { } known) return (known, convention);
        }

        List<TokenName>? names = ReadTokens(files);
        if (names is null) return null;
        // A number at the end is z where nothing else is, or just a running number.
        return (Accept(Combine(names, withTail: true)) ?? Accept(Combine(names, withTail: false))) is { } grid
            ? (grid, "c, t and z in names")
            : null;
    }

    private static SliceGrid? Accept(List<NamedSlice>? slices)
    {
        if (slices is null || SliceGrid.TryMake(slices, out _) is not { } grid) return null;
        if (grid.T == 1 && grid.C == 1) return null;
        if (grid.C > MostChannels) return null;
        return 2 * (Int128)grid.Files.Count >= (Int128)grid.T * grid.C * grid.Z ? grid : null;
    }

    private static List<NamedSlice>? ReadWhole(IReadOnlyList<SourceFile> files, Regex whole)
    {
        List<NamedSlice> slices = new(files.Count);
        string? rest = null;
        foreach (SourceFile file in files)
        {
            Match match = whole.Match(Stem(file));
            if (!match.Success) return null;
            string own = string.Concat(match.Groups["rest"].Captures.Select(static capture => capture.Value + "\0"));
            if (own != (rest ??= own)) return null;
            string? name = match.Groups["name"] is { Success: true, Length: > 0 } group ? group.Value : null;
            slices.Add(new NamedSlice(file, Value("t"), Value("c") + name, Value("z")) { Channel = name });

            string? Value(string axis) => match.Groups[axis] is { Success: true } group ? group.Value : null;
        }

        return slices;
    }

    /// <summary>
    /// False if c and t are the same in all names of a directory, as far as a look at the first one can tell: taking 14,376 names apart
    /// costs half a second.
    /// </summary>
    private static bool MayVary(IReadOnlyList<SourceFile> files)
    {
        string first = files[0].Name;
        if (first.Contains('/', StringComparison.Ordinal)) return true;
        int before = first.Length;
        int after = first.Length;
        foreach (SourceFile file in files)
        {
            before = Math.Min(before, first.AsSpan().CommonPrefixLength(file.Name));
            int same = 0;
            while (same < Math.Min(after, file.Name.Length) && first[^(same + 1)] == file.Name[^(same + 1)]) same++;
            after = same;
        }

        // The words in which something differs; where names share all, there is only one.
        int start = first.AsSpan(0, before).LastIndexOfAny(Separators) + 1;
        // The number of channel_1 stands by itself.
        if (start > 0 && char.IsAsciiLetter(first[..(start - 1)].LastOrDefault())) start = first.AsSpan(0, start - 1).LastIndexOfAny(Separators) + 1;
        int end = Math.Max(before, first.Length - after);
        int rest = first.AsSpan(end).IndexOfAny(Separators);
        return TokenName.Read(files[0], first[start..(rest < 0 ? first.Length : end + rest)]).HasLeading;
    }

    private static List<TokenName>? ReadTokens(IReadOnlyList<SourceFile> files)
    {
        if (!MayVary(files)) return null;
        List<TokenName> names = new(files.Count);
        foreach (SourceFile file in files)
        {
            TokenName name = TokenName.Read(file, Stem(file));
            // Nothing but one token is a number with something before it: z, as in ch00017.tif.
            if (!name.HasLeading || name.IsSingle) return null;
            if (names.Count > 0 && name.Skeleton != names[0].Skeleton) return null;
            names.Add(name);
        }

        return names;
    }

    private static List<NamedSlice>? Combine(List<TokenName> names, bool withTail)
    {
        int[] varying = [.. Enumerable.Range(0, names[0].Tokens.Count).Where(slot => names.Exists(name => name.Tokens[slot].Value != names[0].Tokens[slot].Value))];
        // The same axis twice, in a folder's name and in the file's: only if both always say the same.
        int? Slot(TokenKind kind, out bool contradicts)
        {
            int[] slots = [.. varying.Where(slot => names[0].Tokens[slot].Kind == kind)];
            contradicts = slots.Skip(1).Any(slot => names.Exists(name => name.Tokens[slot].Digits != name.Tokens[slots[0]].Digits));
            return slots.Length == 0 ? null : slots[0];
        }

        int? t = Slot(TokenKind.Time, out bool twoTimes);
        int? c = Slot(TokenKind.Channel, out bool twoChannels);
        int? z = Slot(TokenKind.Plane, out bool twoPlanes);
        int? tail = Slot(TokenKind.Tail, out _);
        if (twoTimes || twoChannels || twoPlanes) return null;
        if (withTail && z is null) z = tail;
        else if (withTail && tail is not null) return null;
        return
        [
            .. names.Select(name => new NamedSlice(name.File, Value(name, t), Value(name, c), Value(name, z))
            {
                Channel = c is { } slot ? name.Tokens[slot].Name : null,
                IsNumbered = z is not null && z == tail && name.IsNumbered,
            }),
        ];

        static string? Value(TokenName name, int? slot) => slot is { } place ? name.Tokens[place].Value : null;
    }

    /// <summary>The relative path without extensions.</summary>
    private static string Stem(SourceFile file)
    {
        string name = file.Name[..file.Name.LastIndexOf('.')];
        return name.EndsWith(".ome", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
    }

    // img_000000012_DAPI_003
    [GeneratedRegex("^(?<rest>.*)(?<=^|/)img_(?<t>[0-9]{9})_(?<name>.+)_(?<z>[0-9]{3,})$", RegexOptions.CultureInvariant, 30_000)]
    private static partial Regex MicroManager();

    // experiment_w1DAPI_s1_t12
    [GeneratedRegex("^(?<rest>.+)_w(?<c>[0-9]+)(?<name>[^_/0-9][^_/]*)(?<rest>(?:_s[0-9]+)?)(?:_t(?<t>[0-9]+))?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 30_000)]
    private static partial Regex MetaMorph();

    // r02c03f01p04-ch1sk1fk1fl1: row, column, field, plane
    [GeneratedRegex("^(?<rest>.*r[0-9]+c[0-9]+f[0-9]+)p(?<z>[0-9]+)-ch(?<c>[0-9]+)sk(?<t>[0-9]+)(?<rest>fk[0-9]+fl[0-9]+)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 30_000)]
    private static partial Regex Harmony();
}
