using System.CommandLine;
using System.Globalization;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary>The options of the program as a whole; the same words in every command that runs for long.</summary>
internal sealed class ProgramArguments
{
    private readonly Option<string?> _config = new("--config")
    {
        HelpName = "FILE",
        Description = "A JSON file like config/zarrfs.json. The environment (ZARRFS_MEMORY=4GB) is above it, the command line above both.",
    };

    private readonly Option<string?> _memory;
    private readonly Option<string?> _maxGigabytes = new("--max-gb", "--max_gb") { HelpName = "GB", Description = "The same as --memory, as scroll2zarr says it: a number of 10⁹ bytes, 0.5." };

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

    private readonly Option<string?> _threads;

    private readonly Option<string?> _logLevel = new("--log-level") { HelpName = "LEVEL", Description = "debug, information (default), warning, error or none." };

    private readonly Option<string?> _logFormat = new("--log-format") { HelpName = "FORMAT", Description = "How log lines are written: plain (default) or json, an object a line." };

    private readonly bool _forStores;

    /// <param name="forStores">True for the commands that end by themselves: they have no log, their memory is the whole process's, and scroll2zarr's names are understood too.</param>
    public ProgramArguments(bool forStores = false)
    {
        _forStores = forStores;
        _memory = new Option<string?>("--memory")
        {
            HelpName = "SIZE",
            Description = forStores
                ? "Most memory that the process takes at any time, everything counted: 512MB, 4GB. Default: auto, as much as makes it faster."
                : "Budget for all buffers: 512MB, 4GB. Default: auto, a quarter of the machine's memory, 2 GB at most.",
        };
        _threads = new Option<string?>("--threads", forStores ? ["--num-threads", "--num_threads"] : [])
        {
            HelpName = "N",
            Description = "Threads that make chunks. Default: auto, the number of cores.",
        };
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        command.Options.Add(_memory);
        if (_forStores) command.Options.Add(_maxGigabytes);
        command.Options.Add(_scratch);
        command.Options.Add(_scratchSize);
        command.Options.Add(_threads);
        if (_forStores) return;
        command.Options.Add(_logLevel);
        command.Options.Add(_logFormat);
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
            ("Memory", Memory(parsed)),
            ("Scratch", parsed.GetValue(_scratch)),
            ("ScratchSize", parsed.GetValue(_scratchSize)),
            ("Threads", parsed.GetValue(_threads)),
            ("LogLevel", _forStores ? null : parsed.GetValue(_logLevel)),
            ("LogFormat", _forStores ? null : parsed.GetValue(_logFormat)),
        ];
        return ConfigurationLayers.Read(
            parsed.GetValue(_config),
            all.Where(k => k.Value is not null).Select(k => KeyValuePair.Create(k.Key, k.Value)),
            sources, view);
    }

    /// <summary>Reads the settings anew, for a program whose configuration file may change while it runs; null if it has none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="read">Reads them.</param>
    public Func<Settings>? Reread(ParseResult parsed, Func<Settings> read) => ConfigurationLayers.HasFile(parsed.GetValue(_config)) ? read : null;

    /// <summary>One limit under two names, in the words of <c>--memory</c>.</summary>
    private string? Memory(ParseResult parsed)
    {
        string? memory = parsed.GetValue(_memory), gigabytes = _forStores ? parsed.GetValue(_maxGigabytes) : null;
        if (gigabytes is null) return memory;
        if (memory is not null) throw new OptionException("--max-gb", "--memory is given too, and they are the same; give one of the two");
        return double.TryParse(gigabytes, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number is > 0 and < 1e5
            ? ((long)(number * 1e9)).ToString(CultureInfo.InvariantCulture)
            : throw new OptionException("--max-gb", $"'{gigabytes}' is not a number of gigabytes; expected for example 0.5 or 8");
    }
}
