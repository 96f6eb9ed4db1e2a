using System.CommandLine;

namespace ZarrFs.Host.Commands;

/// <summary>The options of what is shown before it is exact, and of making it exact.</summary>
internal sealed class PreviewArguments
{
    private readonly Option<string?> _preview = new("--preview")
    {
        HelpName = "WHEN",
        Description = "Show coarse levels at first as previews, made from some rows of some slices: auto (default; where exact ones would take long), off, or only.",
    };

    private readonly Option<string?> _budget = new("--exact-budget")
    {
        HelpName = "SIZE",
        Description = "Most bytes of the source that may be read for an exact chunk while somebody waits: 500MB. Default: auto, what it gives in a quarter of a second.",
    };

    private readonly Option<string?> _build = new("--build-pyramid")
    {
        HelpName = "LEVELS",
        Description = "Build exact levels in the disk cache, in the background: auto (default; levels>=1, where there is a --cache), off, or levels>=N.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_preview);
        command.Options.Add(_budget);
        command.Options.Add(_build);
    }

    /// <summary>What was given, as configuration keys.</summary>
    public IEnumerable<(string Key, string? Value)> Read(ParseResult parsed) =>
    [
        ("Preview", parsed.GetValue(_preview)),
        ("ExactBudget", parsed.GetValue(_budget)),
        ("BuildPyramid", parsed.GetValue(_build)),
    ];
}
