using System.CommandLine;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary>The options that make a view on a source; the same words in every command.</summary>
internal sealed class ViewArguments
{
    private readonly bool _forStores;
    private readonly List<(Option<string?> Option, Action<VolumeOptions, string> Set)> _options = [];

    private readonly Option<bool?> _followSymlinks = new("--follow-symlinks")
    {
        Description = "Read files of the source that symbolic links lead to outside of its directory; without it such a file is bad.",
    };

    /// <param name="forStores">
    /// True where a store is written or compared: there bad slices fail unless it is said otherwise, and scroll2zarr's names are understood too.
    /// </param>
    /// <param name="levels">How the number of levels is said; <c>--levels</c> says something else in some command.</param>
    public ViewArguments(bool forStores = false, string levels = "--levels")
    {
        _forStores = forStores;
        Add(
            "--name", "NAME",
            forStores
                ? "Name of the volume in the store's metadata. Default: meta.json's name, else the source's own."
                : "Name of the directories shown: NAME.zarr and NAME.ome.zarr. Default: meta.json's name, else the source's own.",
            (v, text) => v.Name = text);
        Add("--ranges", "X,Y,Z", "Show only a part: x0:x1,y0:y1,z0:z1. Ends are exclusive and may be left out: ,,1000:2000", (v, text) => v.Ranges = text, "--window");
        Add("--shift", "X,Y,Z", "Move the source: its first voxel comes to stand at x,y,z, zeros before it; negative numbers cut. Ranges count after that.", (v, text) => v.Shift = text);
        Add("--type", "TYPE", "Show uint16 voxels as uint8 (÷ 256). Half the bytes for viewers.", (v, text) => v.Type = text);
        if (forStores) Add("--obytes", "N", "Bytes of a voxel, as scroll2zarr says it: 0 as in the source, 1 for --type uint8, 2 for a uint16 source as it is.", SetBytes, "--bytes");
        Add("--chunk-size", "N", "Voxels of a chunk along each axis, or three numbers for z,y,x. Default: 128", (v, text) => v.ChunkSize = text, "--chunk_size");
        Add(levels, "N", "Number of resolution levels. Default: auto, until the coarsest fits in one chunk.", (v, text) => v.Levels = text, "--nlevels");
        Add("--downsample", "METHOD", "How a level is made from the one before: mean (default), nearest, gaussian, max, min, mode (labels).", (v, text) => v.Downsample = text, "--algorithm");
        Add("--voxel-size", "SIZE", "Voxel size in µm, or with a unit, or three for z,y,x: 7.91, 40nm, 2,0.5,0.5um. Default: meta.json's or the file's.", (v, text) => v.VoxelSize = text);
        Add(
            "--on-bad-slice", "POLICY",
            forStores
                ? "What a truncated or foreign slice does: fail (default; nothing is written) or fill (zeros; listed at the end and in the store's attributes)."
                : "What reading a truncated or foreign slice does: fill (default; zeros, logged and listed) or fail.",
            (v, text) => v.OnBadSlice = text);
        (string one, string all) = forStores ? ("Zarr v2 (--format 0.4) holds", "v3 holds all") : ("NAME.zarr shows", "NAME.ome.zarr shows all");
        Add("--channel", "N", $"Channel that {one}, from 0, or its name; {all}. Default: the first.", (v, text) => v.Channel = text);
        Add("--time", "N", $"Time point that {one}, from 0; {all}. Default: the first.", (v, text) => v.Time = text);
        Add(
            "--series", "N",
            forStores ? "Which of several images of a file, from 0; must be said where there are several." : "Which of several images of a file to show, from 0. Default: all of them, as a volume each.",
            (v, text) => v.Series = text);
        Add(
            "--pattern", "REGEX",
            "Where z, c and t stand in the names of slices, below the directory: 'ch(?<c>[0-9]+)/.*_z(?<z>[0-9]+)'. Default: the usual ways of writing them.",
            (v, text) => v.Pattern = text);
        Add(
            "--photometric", "WHAT",
            "apply (default): min-is-white is inverted, a palette becomes red, green and blue. ignore: the numbers as stored.", (v, text) => v.Photometric = text);
    }

    public void AddTo(Command command)
    {
        foreach ((Option<string?> option, _) in _options) command.Options.Add(option);
        command.Options.Add(_followSymlinks);
    }

    /// <summary>What was given on the command line, to be laid over a volume's options.</summary>
    public Action<VolumeOptions> Read(ParseResult parsed)
    {
        var given = _options.Select(o => (o.Set, Text: parsed.GetValue(o.Option))).Where(o => o.Text is not null).ToList();
        bool? followSymlinks = parsed.GetValue(_followSymlinks);
        return volume =>
        {
            given.ForEach(o => o.Set(volume, o.Text!));
            volume.FollowSymlinks = followSymlinks ?? volume.FollowSymlinks;
        };
    }

    private static void SetBytes(VolumeOptions volume, string text)
    {
        string type = text.Trim() switch
        {
            "0" => "",
            "1" => "uint8",
            "2" => "uint16",
            _ => throw new OptionException("--obytes", $"'{text}' is not possible; expected 0 (as in the source), 1 (uint8) or 2 (uint16)"),
        };
        if (volume.Type.Length > 0 && volume.Type != type)
            throw new OptionException("--obytes", $"{text} contradicts {volume.Type}, which --type or the store says; leave --obytes out");
        volume.Type = type;
    }

    private void Add(string name, string placeholder, string description, Action<VolumeOptions, string> set, string? peersName = null) =>
        _options.Add((new Option<string?>(name, _forStores && peersName is not null ? [peersName] : []) { HelpName = placeholder, Description = description }, set));
}
