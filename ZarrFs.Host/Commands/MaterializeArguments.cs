using System.CommandLine;
using System.Globalization;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>The options of <c>zarrfs materialize</c> that say what the store is like and how it is written.</summary>
internal sealed class MaterializeArguments
{
    private readonly Option<string?> _format = new("--format") { HelpName = "VERSION", Description = "OME-Zarr 0.4 in Zarr v2 (default: what scroll2zarr writes), or 0.5 in Zarr v3." };
    private readonly Option<bool> _zarrOnly = new("--zarr-only", "--zarr_only") { Description = "Write one plain Zarr array, without levels and OME metadata." };

    private readonly Option<string?> _compression = new("--compression")
    {
        HelpName = "CODEC",
        Description = "How chunks are compressed. Default: none.",
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Delete what is at OUT.zarr first, if it is a Zarr store." };

    private readonly Option<string?> _durability = new("--durability")
    {
        HelpName = "WHEN",
        Description = "What a power failure may cost: none (default; like cp), end (everything is on the disk before it says so), each (each chunk is; slow).",
    };

    private readonly Option<bool> _verify = new("--verify") { Description = "Read the finished store back and compare each chunk with the source." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would be written: levels, chunks, bytes, memory, and how long it would take." };

    /// <summary>What <c>--progress</c> takes.</summary>
    public static Option<string?> ProgressOption() => new("--progress")
    {
        HelpName = "HOW",
        Description = "What is told on standard error meanwhile: bar, plain (a line now and then), json (an object a line), none. Default: auto, bar on a terminal, else plain.",
    };

    /// <summary>How progress is told.</summary>
    public Option<string?> Progress { get; } = ProgressOption();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_format, _zarrOnly, _compression, _overwrite, _durability, _verify, _dryRun, Progress]) command.Options.Add(option);
    }

    public bool IsDryRun(ParseResult parsed) => parsed.GetValue(_dryRun);

    public bool Verifies(ParseResult parsed) => parsed.GetValue(_verify);

    public bool Overwrites(ParseResult parsed) => parsed.GetValue(_overwrite);

    public bool IsZarrOnly(ParseResult parsed) => parsed.GetValue(_zarrOnly);

    public StoreFormat Format(ParseResult parsed) => ((parsed.GetValue(_format) ?? "0.4").Trim(), IsZarrOnly(parsed)) switch
    {
        ("0.4", false) => StoreFormat.Ome04,
        ("0.5", false) => StoreFormat.Ome05,
        ("0.4", true) => StoreFormat.Array2,
        ("0.5", true) => StoreFormat.Array3,
        (string other, _) => throw new OptionException("--format", $"'{other}' is not a version of OME-Zarr that is written; expected 0.4 (Zarr v2) or 0.5 (Zarr v3)"),
    };

    public Durability Durability(ParseResult parsed) => (parsed.GetValue(_durability) ?? "none").ToLowerInvariant() switch
    {
        "none" => Core.Materialize.Durability.None,
        "end" => Core.Materialize.Durability.End,
        "each" => Core.Materialize.Durability.Each,
        string other => throw new OptionException("--durability", $"'{other}' is not possible; expected none, end or each"),
    };
}
