using System.CommandLine;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary>The options that make a view on a source; the same words in every command.</summary>
internal sealed class ViewArguments
{
    private readonly List<(Option<string?> Option, Action<VolumeOptions, string> Set)> _options = [];

    public ViewArguments()
    {
        Add("--name", "NAME", "Name of the directories shown: NAME.zarr and NAME.ome.zarr. Default: meta.json's name, else the source's own.", (v, text) => v.Name = text);
        Add("--ranges", "X,Y,Z", "Show only a part: x0:x1,y0:y1,z0:z1. Ends are exclusive and may be left out: ,,1000:2000", (v, text) => v.Ranges = text, "--window");
        Add("--shift", "X,Y,Z", "Move the source: its first voxel comes to stand at x,y,z, zeros before it; negative numbers cut. Ranges count after that.", (v, text) => v.Shift = text);
        Add("--type", "TYPE", "Show uint16 voxels as uint8 (÷ 256). Half the bytes for viewers.", (v, text) => v.Type = text);
        Add("--chunk-size", "N", "Voxels of a chunk along each axis, or three numbers for z,y,x. Default: 128", (v, text) => v.ChunkSize = text);
        Add("--levels", "N", "Number of resolution levels. Default: auto, until the coarsest fits in one chunk.", (v, text) => v.Levels = text);
        Add("--downsample", "METHOD", "How a level is made from the one before: mean (default), nearest, gaussian, max, min, mode (labels).", (v, text) => v.Downsample = text);
        Add("--voxel-size", "SIZE", "Voxel size in µm, or with a unit, or three for z,y,x: 7.91, 40nm, 2,0.5,0.5um. Default: meta.json's or the file's.", (v, text) => v.VoxelSize = text);
        Add("--on-bad-slice", "POLICY", "What reading a truncated or foreign slice does: fill (default; zeros, logged and listed) or fail.", (v, text) => v.OnBadSlice = text);
        Add("--channel", "N", "Channel that NAME.zarr shows, from 0, or its name; NAME.ome.zarr shows all. Default: the first.", (v, text) => v.Channel = text);
        Add("--time", "N", "Time point that NAME.zarr shows, from 0; NAME.ome.zarr shows all. Default: the first.", (v, text) => v.Time = text);
        Add("--series", "N", "Which of several images of a file to show, from 0. Default: all of them, as a volume each.", (v, text) => v.Series = text);
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
    }

    /// <summary>What was given on the command line, to be laid over a volume's options.</summary>
    public Action<VolumeOptions> Read(ParseResult parsed)
    {
        var given = _options.Select(o => (o.Set, Text: parsed.GetValue(o.Option))).Where(o => o.Text is not null).ToList();
        return volume => given.ForEach(o => o.Set(volume, o.Text!));
    }

    private void Add(string name, string placeholder, string description, Action<VolumeOptions, string> set, params string[] aliases) =>
        _options.Add((new Option<string?>(name, aliases) { HelpName = placeholder, Description = description }, set));
}
