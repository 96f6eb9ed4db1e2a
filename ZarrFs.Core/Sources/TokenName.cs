using System.Text;
using System.Text.RegularExpressions;

namespace ZarrFs.Core.Sources;

/// <summary>What a token of a name counts.</summary>
internal enum TokenKind
{
    /// <summary><c>z012</c>, <c>slice12</c>.</summary>
    Plane,

    /// <summary><c>c1</c>, <c>ch01</c>, <c>channel_1</c>; a folder called <c>488nm</c>.</summary>
    Channel,

    /// <summary><c>t3</c>, <c>time003</c>.</summary>
    Time,

    /// <summary>A number at the very end.</summary>
    Tail,
}

/// <summary>A token of a name.</summary>
/// <param name="Kind">What it counts.</param>
/// <param name="Value">As it is written: digits, or a folder's whole name.</param>
/// <param name="Name">The channel's name for people, where it is more than a number.</param>
internal readonly record struct NameToken(TokenKind Kind, string Value, string? Name = null)
{
    /// <summary>The value without leading zeros.</summary>
    public string Digits => Value.TrimStart('0');
}

/// <summary>A relative path taken apart into tokens that count z, c and t, and what is between them.</summary>
internal sealed partial class TokenName
{
    private const int MarkLength = 2;

    private TokenName(SourceFile file, string skeleton, List<NameToken> tokens, bool isNumbered)
    {
        File = file;
        Skeleton = skeleton;
        Tokens = tokens;
        IsNumbered = isNumbered;
    }

    public SourceFile File { get; }

    /// <summary>The path with a mark in the place of each token: equal for files that belong together.</summary>
    public string Skeleton { get; }

    public IReadOnlyList<NameToken> Tokens { get; }

    /// <summary>True if the file's own name is a number and nothing else.</summary>
    public bool IsNumbered { get; }

    /// <summary>True if there is a token for c or t.</summary>
    public bool HasLeading => Tokens.Any(static token => token.Kind is TokenKind.Channel or TokenKind.Time);

    /// <summary>True if the whole path is one token.</summary>
    public bool IsSingle => Tokens.Count == 1 && Skeleton.Length == MarkLength;

    /// <param name="file">The file.</param>
    /// <param name="stem">Its relative path without extension.</param>
    public static TokenName Read(SourceFile file, string stem)
    {
        StringBuilder skeleton = new();
        List<NameToken> tokens = [];
        string[] parts = stem.Split('/');
        foreach (string folder in parts[..^1])
        {
            if (Folder(folder) is { } whole) Add(whole);
            else ReadPart(folder, isFile: false);
            skeleton.Append('/');
        }

        string name = parts[^1];
        ReadPart(name, isFile: true);
        return new TokenName(file, skeleton.ToString(), tokens, NamedAxis.IsNumber(name));

        void ReadPart(string part, bool isFile)
        {
            int done = 0;
            foreach (Match match in Token().Matches(part))
            {
                TokenKind kind = match.Groups["z"].Success ? TokenKind.Plane
                    : match.Groups["c"].Success ? TokenKind.Channel
                    : match.Groups["t"].Success ? TokenKind.Time
                    : TokenKind.Tail;
                if (kind == TokenKind.Tail && !isFile) continue;
                skeleton.Append(part, done, match.Index - done);
                done = match.Index + match.Length;
                Add(new NameToken(kind, match.Groups["n"].Value));
            }

            skeleton.Append(part, done, part.Length - done);
        }

        void Add(NameToken token)
        {
            // No name has a zero in it: what is between tokens cannot look like one.
            skeleton.Append('\0').Append((char)('0' + (int)token.Kind));
            tokens.Add(token);
        }
    }

    /// <summary>Folders that are called after light: <c>488</c>, <c>561nm</c>, <c>Ex_488_Em_525</c>.</summary>
    private static NameToken? Folder(string name)
    {
        Match match = Light().Match(name);
        if (!match.Success) return null;
        return new NameToken(TokenKind.Channel, name, match.Groups["nm"].Success ? $"{match.Groups["nm"].Value} nm" : name);
    }

    // A letter directly before its number, a word also with something between. Before it: the beginning, a separator, or another number
    // (z01c2t3); after it: no other letter, unless that begins the next token.
    [GeneratedRegex(
        """
        (?<=^|[_\-.\ 0-9])
        (?: (?<z>z=?|(?:slice|plane)[_\-=\ ]?)
          | (?<c>c=?|(?:channel|chan|ch)[_\-=\ ]?)
          | (?<t>t=?|(?:timepoint|time|tp)[_\-=\ ]?) )
        (?<n>[0-9]+)
        (?=$|[^A-Za-z0-9]|(?:z|slice|plane|c|channel|chan|ch|t|timepoint|time|tp)=?[0-9])
        | (?<n>[0-9]+)$
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace, 30_000)]
    private static partial Regex Token();

    // Wavelengths of lasers and filters, 350 to 1100 nm.
    [GeneratedRegex("^(?:(?<nm>3[5-9][0-9]|[4-9][0-9]{2}|10[0-9]{2})[_ ]?(?:nm)?|ex[_ -]?[0-9]{3,4}[_ -]em[_ -]?[0-9]{3,4})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Light();
}
