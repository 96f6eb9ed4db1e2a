using System.Text.RegularExpressions;

namespace ZarrFs.Host.Http;

/// <summary>Takes directories of the server out of what other machines and pages of other origins are told: of a path its last names are left.</summary>
/// <param name="path">What the words are about: a file or directory of a source. It, and each directory above it, is taken out.</param>
internal sealed partial class DirectoryRedaction(string path)
{
    // Neither pattern backtracks far, so neither has a limit of time: one would only ever end a thread that was held up, and its answer.
    private readonly Regex? _known = Known(path);

    /// <summary>The last name of a path.</summary>
    public static string LastName(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));

    /// <summary>The words without directories. What a link leads to is known by the quotes that the system's messages have around it.</summary>
    public string Of(string text)
    {
        if (_known is not null) text = _known.Replace(text, static match => match.Groups["in"].Success ? "" : LastName(match.Groups["path"].Value));
        return Quoted().Replace(text, "'${name}'");
    }

    private static Regex? Known(string path)
    {
        // The longest first: a directory's other files keep their names, and a neighbour's keep the part that is not above it.
        List<string> directories = [];
        string? one = Path.IsPathRooted(path) ? Path.TrimEndingDirectorySeparator(path) : null;
        for (; Path.GetFileName(one) is { Length: > 0 }; one = Path.GetDirectoryName(one)) directories.Add(Regex.Escape(one!));
        return directories.Count == 0 ? null : new Regex(
            $@"(?<![\w.\-])(?<path>{string.Join('|', directories)})((?<in>/)|(?![\w\-]))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Timeout.InfiniteTimeSpan);
    }

    [GeneratedRegex("'/([^']*/)?(?<name>[^'/]*)/?'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Quoted();
}
