using System.CommandLine;
using System.Globalization;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>The options of <c>zarrfs materialize</c> that say what the store is like and how it is written.</summary>
internal sealed class MaterializeArguments
{
    /// <summary>The options that say something where levels are added to a store.</summary>
    private static readonly string[] OfExtensions =
    [
        "--first-new-level", "--rebuild", "--overwrite", "--levels", "--downsample", "--durability", "--verify", "--dry-run", "--progress", "--config", "--memory", "--max-gb",
        "--scratch", "--scratch-size", "--threads", "--on-bad-slice",
    ];

    private readonly Option<string?> _format = new("--format") { HelpName = "VERSION", Description = "OME-Zarr 0.4 in Zarr v2 (default: what scroll2zarr writes), or 0.5 in Zarr v3." };
    private readonly Option<bool> _zarrOnly = new("--zarr-only", "--zarr_only") { Description = "Write one plain Zarr array, without levels and OME metadata." };

    private readonly Option<string?> _compression = new("--compression")
    {
        HelpName = "CODEC",
        Description = "none (default), blosc, zstd, gzip or zlib, with details after colons: zstd:3, blosc:zstd:5:bitshuffle (lz4, level 5, shuffle if not said).",
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Delete what is at OUT.zarr first, if it is a Zarr store." };

    private readonly Option<string?> _durability = new("--durability")
    {
        HelpName = "WHEN",
        Description = "What a power failure may cost: none (default; like cp), end (everything is on the disk before it says so), each (each chunk is; slow).",
    };

    private readonly Option<string?> _firstNewLevel = new("--first-new-level", "--first_new_level")
    {
        HelpName = "N",
        Description = "Make levels N and up of the store that is at OUT.zarr, whoever wrote it; those before N are not touched. SOURCE is not looked at.",
    };

    private readonly Option<bool> _rebuild = new("--rebuild") { Description = "Make all levels of the store that is at OUT.zarr again but level 0: --first-new-level 1 --overwrite." };
    private readonly Option<bool> _verify = new("--verify") { Description = "Read the finished store back and compare each chunk with the source." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would be written: levels, chunks, bytes, memory, and how long it would take." };

    private readonly Option<string?> _cache = new("--cache") { HelpName = "DIRECTORY", Description = "The disk cache of mount, serve and warm, for --from-cache." };

    private readonly Option<bool> _fromCache = new("--from-cache")
    {
        Description = "Take chunks that the disk cache has of this view of this source instead of making them: what it has of level 0 is not read from the source.",
    };

    private readonly Option<string?> _progress = ProgressOption();

    /// <summary>What <c>--progress</c> takes, in every command that has it.</summary>
    public static Option<string?> ProgressOption() => new("--progress")
    {
        HelpName = "HOW",
        Description = "What is told on standard error meanwhile: bar, plain (a line now and then), json (an object a line), none. Default: auto, bar on a terminal, else plain.",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_format, _zarrOnly, _compression, _overwrite, _durability, _firstNewLevel, _rebuild, _verify, _dryRun, _cache, _fromCache, _progress]) command.Options.Add(option);
    }

    /// <summary>What the command line says, checked as far as it can be without the source.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">Absolute path of the store.</param>
    /// <exception cref="OptionException">Names the first option that cannot be used.</exception>
    public StoreSettings Read(ParseResult parsed, string path)
    {
        StoreFormat format = Format((parsed.GetValue(_format) ?? "0.4").Trim(), parsed.GetValue(_zarrOnly));
        Compression compression = Compression.Parse(parsed.GetValue(_compression));
        if (format is StoreFormat.Ome05 or StoreFormat.Array3 && !compression.IsInV3)
            throw new OptionException("--compression", $"{compression} is not in Zarr v3 (--format 0.5); expected none, blosc, zstd or gzip, or --format 0.4");
        if (parsed.GetValue(_zarrOnly)) Refuse(parsed, "--zarr-only writes one array as the source has it, without levels", "--downsample");
        if (format is StoreFormat.Ome05) Refuse(parsed, "a store in Zarr v3 (--format 0.5) holds all channels", "--channel"); // the time is what viewers begin with
        if (format is StoreFormat.Array3) Refuse(parsed, "an array in Zarr v3 (--format 0.5) holds all channels and time points", "--channel", "--time");
        return new StoreSettings
        {
            Path = path,
            Format = format,
            Compression = compression,
            Durability = Durability(parsed.GetValue(_durability) ?? "none"),
            Overwrite = parsed.GetValue(_overwrite) || parsed.GetValue(_rebuild),
            FirstNewLevel = FirstNewLevel(parsed),
            Verify = parsed.GetValue(_verify),
            DryRun = parsed.GetValue(_dryRun),
            FromCache = FromCache(parsed),
            Progress = ProgressStyles.Parse(parsed.GetValue(_progress)),
        };
    }

    /// <summary>The directory of the cache as a configuration key.</summary>
    public (string Key, string? Value) Cache(ParseResult parsed) => ("Cache:Path", parsed.GetValue(_cache));

    private bool FromCache(ParseResult parsed)
    {
        bool fromCache = parsed.GetValue(_fromCache);
        if (parsed.GetValue(_cache) is not null && !fromCache) throw new OptionException("--cache", "says nothing without --from-cache; give that too, or leave --cache out");
        if (fromCache && parsed.GetValue(_zarrOnly)) throw new OptionException("--from-cache", "a cache is of a volume with its levels, and --zarr-only makes none; leave one of the two out");
        if (fromCache && parsed.GetValue(_dryRun)) throw new OptionException("--from-cache", "--dry-run tells what it takes without a cache, and looks into none; leave one of the two out");
        return fromCache;
    }

    private int? FirstNewLevel(ParseResult parsed)
    {
        string? text = parsed.GetValue(_firstNewLevel);
        bool rebuild = parsed.GetValue(_rebuild);
        if (text is null && !rebuild) return null;
        if (text is not null && rebuild) throw new OptionException("--rebuild", "--first-new-level is given too; give one of the two");
        string asked = rebuild ? "--rebuild" : "--first-new-level";
        if (Given(parsed).FirstOrDefault(option => !OfExtensions.Contains(option.Name)) is { } other)
            throw new OptionException(other.Name, $"with {asked} everything but the levels and the method is as the store has it; leave {other.Name} out");
        return rebuild ? 1
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int level) && level >= 1 ? level
            : throw new OptionException("--first-new-level", $"'{text}' is not the number of a level that can be made; expected 1, 2, 3 …");
    }

    private static IEnumerable<Option> Given(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.Where(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>Refuses options that would say nothing.</summary>
    private static void Refuse(ParseResult parsed, string why, params string[] names)
    {
        if (Given(parsed).FirstOrDefault(option => names.Contains(option.Name)) is { } other)
            throw new OptionException(other.Name, $"{why}; leave {other.Name} out");
    }

    private static StoreFormat Format(string version, bool zarrOnly) => (version, zarrOnly) switch
    {
        ("0.4", false) => StoreFormat.Ome04,
        ("0.5", false) => StoreFormat.Ome05,
        ("0.4", true) => StoreFormat.Array2,
        ("0.5", true) => StoreFormat.Array3,
        _ => throw new OptionException("--format", $"'{version}' is not a version of OME-Zarr that is written; expected 0.4 (Zarr v2) or 0.5 (Zarr v3)"),
    };

    private static Durability Durability(string text) => text.ToLowerInvariant() switch
    {
        "none" => Core.Materialize.Stores.Durability.None,
        "end" => Core.Materialize.Stores.Durability.End,
        "each" => Core.Materialize.Stores.Durability.Each,
        _ => throw new OptionException("--durability", $"'{text}' is not possible; expected none, end or each"),
    };
}
