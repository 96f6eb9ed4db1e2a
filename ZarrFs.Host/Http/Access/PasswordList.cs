using System.Collections.Frozen;
using System.Text;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Access;

/// <summary>A user, the hash of his password, and what he may see.</summary>
internal sealed record PasswordEntry(PasswordHash Hash, Caller Caller);

/// <summary>The password file: a line a user, <c>user:HASH</c> or <c>user:HASH:volume1,volume2</c>; empty lines and those that begin with <c>#</c> are comments.</summary>
internal sealed class PasswordList
{
    public const string Option = "--password-file";

    /// <summary>More must be another file.</summary>
    public const int MostBytes = 4 << 20;

    private const int LongestUser = 128;

    private readonly FrozenDictionary<string, PasswordEntry> _entries;

    private PasswordList(Dictionary<string, PasswordEntry> entries)
    {
        _entries = entries.ToFrozenDictionary(StringComparer.Ordinal);
        // Of nobody's password, but as slow as somebody's: who is not in the file takes as long as who is.
        Decoy = new PasswordEntry(entries.Values.FirstOrDefault()?.Hash.Decoy() ?? PasswordHash.Make("").Decoy(), Caller.Nobody);
    }

    /// <summary>What a password is compared with for a user who is not there.</summary>
    public PasswordEntry Decoy { get; }

    /// <summary>Names of volumes that somebody may see.</summary>
    public IEnumerable<string> Volumes => _entries.Values.SelectMany(entry => entry.Caller.Volumes ?? FrozenSet<string>.Empty);

    /// <summary>Reads a file; one that is gone has nobody in it.</summary>
    /// <exception cref="OptionException">Names the line that is wrong.</exception>
    public static PasswordList Read(string path) => Parse(path, SecretFile.ReadText(Option, path, MostBytes));

    /// <param name="path">For errors.</param>
    /// <param name="text">The file.</param>
    /// <exception cref="OptionException">Names the line that is wrong.</exception>
    public static PasswordList Parse(string path, string text)
    {
        Dictionary<string, PasswordEntry> entries = new(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in text.Split('\n').Select(line => line.TrimEnd('\r', ' ', '\t')))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            string[] fields = line.Split(':', 3);
            string user = fields[0];
            if (fields.Length < 2) throw Wrong(path, number, "there is no colon; expected USER:HASH or USER:HASH:VOLUME,VOLUME");
            if (Problem(user) is { } problem) throw Wrong(path, number, problem);
            if (!PasswordHash.TryParse(fields[1], out PasswordHash hash, out string found))
                throw Wrong(path, number, $"{found}; make it with 'zarrfs password {path} {user}'");
            string[]? volumes = fields.Length == 2 ? null : [.. fields[2].Split(',').Select(volume => volume.Trim())];
            if (volumes is not null && volumes.Contains("", StringComparer.Ordinal))
                throw Wrong(path, number, "a volume has no name; expected VOLUME,VOLUME, or no second colon for all volumes");
            if (!entries.TryAdd(user, new PasswordEntry(hash, new Caller(user, volumes?.ToFrozenSet(StringComparer.Ordinal)))))
                throw Wrong(path, number, $"user '{user}' is there twice; leave one line");
        }

        return new PasswordList(entries);
    }

    /// <summary>The file's text with one user's line put in its place, or added; comments and other users stay.</summary>
    /// <param name="text">The file.</param>
    /// <param name="user">Whose line.</param>
    /// <param name="line">The new one; null to take it out.</param>
    /// <param name="found">Whether there was one.</param>
    public static string With(string text, string user, string? line, out bool found)
    {
        StringBuilder result = new();
        found = false;
        foreach (string before in text.Split('\n', StringSplitOptions.None))
        {
            if (!before.StartsWith(user + ":", StringComparison.Ordinal))
            {
                result.Append(before).Append('\n');
                continue;
            }

            if (!found && line is not null) result.Append(line).Append('\n');
            found = true;
        }

        // Split sees an empty line behind the last end of line.
        string all = result.ToString().TrimEnd('\n');
        if (!found && line is not null) all = all.Length == 0 ? line : $"{all}\n{line}";
        return all.Length == 0 ? "" : all + "\n";
    }

    /// <summary>What is wrong with a user's name; null if nothing.</summary>
    public static string? Problem(string user) => user.Length is 0 or > LongestUser || user[0] == '#' || user.Contains(':') || user.Any(char.IsControl)
        ? $"'{RefusalLog.Printable(user)}' cannot be a user's name; expected 1 to {LongestUser} characters without a colon, not beginning with #"
        : null;

    /// <summary>A user's entry, or null.</summary>
    public PasswordEntry? Find(string user) => _entries.GetValueOrDefault(user);

    private static OptionException Wrong(string path, int line, string problem) => new(Option, $"{path}, line {line}: {problem}");
}
