using System.CommandLine;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs warm SOURCE --cache DIR</c>.</summary>
internal static class WarmCommand
{
    private const string LevelsOption = "--levels";
    private const string RegionOption = "--region";

    public static Command Create()
    {
        var source = SourceArgument.Several("One or more sources, as for serve.", ArgumentArity.OneOrMore);
        var levels = new Option<string?>(LevelsOption)
        {
            HelpName = "LEVELS",
            Description = "Which levels: all, 3, 2-5, 0,3 or >=1. Default: >=1, which take a seventh of the volume (more of a flat one); with --region all.",
        };
        var region = new Option<string?>(RegionOption)
        {
            HelpName = "X,Y,Z",
            Description = "Only chunks that hold voxels of a box, in voxels of level 0 of the view: x0:x1,y0:y1,z0:z1. Ends are exclusive and may be left out.",
        };
        Option<string?> progress = MaterializeArguments.ProgressOption();
        var view = new ViewArguments(levels: "--nlevels");
        var cache = new CacheArguments();
        var program = new ProgramArguments(forStores: true);
        var command = new Command(
            "warm",
            "Make chunks ahead and keep them in the disk cache that mount, serve and run have with the same --cache and the same options of the view: "
            + "what is in it is shown at once and exact, from the first look, and is not read from the source again. It can be stopped or killed at any "
            + "moment: the same command goes on where it stopped. Exits with 0, 1 for a failure or bad slices, 2 for an impossible option, 130 when interrupted.\n\n"
            + "Example: zarrfs warm /data/scroll1/slices --cache /fast/cache --cache-size 400GB\n"
            + "A box: zarrfs warm /data/scroll1/slices --cache /fast/cache --region 2000:4000,3000:5000,7000:8000 --levels 0-3\n\n"
            + "The cache is no copy: the source must be there to be opened. To take a box along, write it as a store: "
            + "zarrfs materialize /data/scroll1/slices /media/usb/box.zarr --ranges 2000:4000,3000:5000,7000:8000")
        {
            source, levels, region, progress,
        };
        cache.AddTo(command);
        view.AddTo(command);
        program.AddTo(command);
        command.SetAction(parsed =>
        {
            string? asked = parsed.GetValue(levels), box = parsed.GetValue(region);
            LevelSet chosen = asked is not null ? LevelSet.Parse(LevelsOption, asked) : box is not null ? LevelSet.All : LevelSet.From(1);
            var warm = new WarmSettings(chosen, box is null ? null : VolumeRanges.Parse(box, RegionOption), ProgressStyles.Parse(parsed.GetValue(progress)));
            Settings settings = program.Read(parsed, parsed.GetRequiredValue(source), view.Read(parsed), [.. cache.Read(parsed)]);
            if (settings.Cache is null) throw new OptionException("--cache", "no directory is given; name the one that the chunks are to be kept in");
            return new WarmJob(settings, warm).Run();
        });
        return command;
    }
}
