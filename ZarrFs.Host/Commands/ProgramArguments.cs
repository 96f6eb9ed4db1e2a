using System.CommandLine;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary>The options of the program as a whole; the same words in every command that keeps running.</summary>
internal sealed class ProgramArguments
{
    private readonly Option<string?> _config = new("--config")
    {
        HelpName = "FILE",
        Description = "A JSON file like config/zarrfs.json. The environment (ZARRFS_MEMORY=4GB) is above it, the command line above both.",
    };

    private readonly Option<string?> _memory = new("--memory")
    {
        HelpName = "SIZE",
        Description = "Budget for all buffers: 512MB, 4GB. Default: auto, a quarter of the machine's memory, 2 GB at most.",
    };

    private readonly Option<string?> _scratch = new("--scratch")
    {
        HelpName = "DIRECTORY",
        Description = "Where chunks of compressed files go that do not fit in memory, so that no slice is decoded twice. Default: auto, $TMPDIR or /var/tmp.",
    };

    private readonly Option<string?> _scratchSize = new("--scratch-size")
    {
        HelpName = "SIZE",
        Description = "Most bytes of them: 50GB; 0 for none. Default: auto, a quarter of what is free there, 64 GB at most.",
    };

    private readonly Option<string?> _threads = new("--threads") { HelpName = "N", Description = "Threads that make chunks. Default: auto, the number of cores." };

    private readonly Option<string?> _logLevel = new("--log-level") { HelpName = "LEVEL", Description = "debug, information (default), warning, error or none." };

    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        command.Options.Add(_memory);
        command.Options.Add(_scratch);
        command.Options.Add(_scratchSize);
        command.Options.Add(_threads);
        command.Options.Add(_logLevel);
    }

    /// <summary>The settings of this run: file, environment and command line together.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="sources">Sources named on it; if any, they are shown instead of the file's volumes.</param>
    /// <param name="view">What it says about the view.</param>
    /// <param name="keys">What the command itself says, as configuration keys.</param>
    public Settings Read(ParseResult parsed, IReadOnlyList<string> sources, Action<VolumeOptions> view, params IEnumerable<(string Key, string? Value)> keys)
    {
        IEnumerable<(string Key, string? Value)> all =
        [
            .. keys,
            ("Memory", parsed.GetValue(_memory)),
            ("Scratch", parsed.GetValue(_scratch)),
            ("ScratchSize", parsed.GetValue(_scratchSize)),
            ("Threads", parsed.GetValue(_threads)),
            ("LogLevel", parsed.GetValue(_logLevel)),
        ];
        return ConfigurationLayers.Read(
            parsed.GetValue(_config),
            all.Where(k => k.Value is not null).Select(k => KeyValuePair.Create(k.Key, k.Value)),
            sources, view);
    }
}
