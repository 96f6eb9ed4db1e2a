using System.Text.RegularExpressions;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources;

/// <summary>The user's regular expression for the names of slices, with the named groups z, c and t.</summary>
internal sealed class NamePattern
{
    private const string Option = "--pattern";

    // Long enough for any honest expression on a path; the first name that takes longer, however often it is tried, ends it.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    // The time is by the clock: a machine that stands still for a moment spoils one try, an expression that backtracks without end all of them.
    private const int Tries = 3;

    private readonly Regex _regex;
    private readonly string[] _axes;

    /// <param name="pattern">The expression; it is searched in a file's path relative to the directory, with <c>/</c> between folders.</param>
    /// <exception cref="OptionException">It is malformed, has none of the groups, or others.</exception>
    public NamePattern(string pattern)
    {
        try
        {
            _regex = new Regex(pattern, RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException failure)
        {
            throw new OptionException(Option, $"'{pattern}' is not a regular expression: {failure.Message}");
        }

        string[] named = [.. _regex.GetGroupNames().Where(static name => !char.IsAsciiDigit(name[0]))];
        if (Array.Find(named, static name => name is not ("z" or "c" or "t")) is { } other)
            throw new OptionException(Option, $"'{pattern}' has a group named {other}, expected z, c or t");
        if (named.Length == 0)
            throw new OptionException(Option, $"'{pattern}' has none of the named groups z, c and t; expected one at least, such as (?<z>[0-9]+)");
        _axes = named;
    }

    /// <summary>True if files in folders below are looked at too.</summary>
    public bool IsDeep => _regex.ToString().Contains('/', StringComparison.Ordinal);

    /// <summary>Reads the names of files.</summary>
    /// <param name="directory">For messages.</param>
    /// <param name="files">Their names are relative to the directory.</param>
    /// <param name="unmatched">Takes the files that the expression does not fit.</param>
    /// <exception cref="OptionException">It fits no file, takes too long, or a group takes part in some names only.</exception>
    public List<NamedSlice> Read(string directory, IReadOnlyList<SourceFile> files, List<SourceFile> unmatched)
    {
        List<NamedSlice> slices = [];
        foreach (SourceFile file in files)
        {
            Match match = Match(file.Name);
            if (!match.Success)
            {
                unmatched.Add(file);
                continue;
            }

            string? channel = Value("c");
            slices.Add(new NamedSlice(file, Value("t"), channel, Value("z")) { Channel = channel is null || NamedAxis.IsNumber(channel) ? null : channel });

            string? Value(string axis) => match.Groups[axis] is { Success: true } group ? group.Value : null;
        }

        if (slices.Count == 0)
            throw new OptionException(Option, $"'{_regex}' fits none of the {files.Count} TIFF files in {directory}, for example {files[0].Name}");
        foreach (string axis in _axes)
        {
            int with = slices.FindIndex(slice => Axis(slice, axis) is not null);
            int without = slices.FindIndex(slice => Axis(slice, axis) is null);
            if (with >= 0 && without >= 0)
            {
                throw new OptionException(
                    Option, $"'{_regex}' finds {axis} in {slices[with].File.Name} but not in {slices[without].File.Name}; expected it in all names that fit, or in none");
            }
        }

        return slices;
    }

    private static string? Axis(in NamedSlice slice, string axis) => axis switch { "t" => slice.T, "c" => slice.C, _ => slice.Z };

    private Match Match(string name)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return _regex.Match(name);
            }
            catch (RegexMatchTimeoutException)
            {
                if (tries < Tries) continue;
                throw new OptionException(Option, $"'{_regex}' takes longer than {Patience.TotalSeconds} s for {name}; expected one that backtracks less");
            }
        }
    }
}
