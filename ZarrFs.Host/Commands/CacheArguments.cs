using System.CommandLine;

namespace ZarrFs.Host.Commands;

/// <summary>The options of the disk cache; the same words in every command that has one.</summary>
internal sealed class CacheArguments
{
    private readonly Option<string?> _cache = new("--cache")
    {
        HelpName = "DIRECTORY",
        Description = "Keep chunks of coarser levels, and of compressed files all, in this directory, also for the next start. Default: none.",
    };

    private readonly Option<string?> _size = new("--cache-size")
    {
        HelpName = "SIZE",
        Description = "Most bytes there: 200GB. What was not read for the longest time goes first. Default: auto, a tenth of that disk.",
    };

    private readonly Option<string?> _level0 = new("--cache-level0")
    {
        HelpName = "WHEN",
        Description = "Keep full resolution there too: auto (default; only what is dear to read again), always (a second copy of the data) or never.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_cache);
        command.Options.Add(_size);
        command.Options.Add(_level0);
    }

    /// <summary>What was given, as configuration keys.</summary>
    public IEnumerable<(string Key, string? Value)> Read(ParseResult parsed) =>
    [
        ("Cache:Path", parsed.GetValue(_cache)),
        ("Cache:Size", parsed.GetValue(_size)),
        ("Cache:Level0", parsed.GetValue(_level0)),
    ];
}
