using System.CommandLine;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs materialize SOURCE OUT.zarr</c>.</summary>
internal static class MaterializeCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("SOURCE") { Description = "A directory of TIFF slices (00000.tif …) or cells (cell_yxz_001_001_001.tif …), a multi-page TIFF file, or a Zarr directory." };
        var output = new Argument<string>("OUT.zarr") { Description = "The store's directory; made if it is missing. One that an interrupted run has left is continued." };
        var view = new ViewArguments(forStores: true);
        var store = new MaterializeArguments();
        var program = new ProgramArguments(forStores: true);
        var command = new Command(
            "materialize",
            "Write a TIFF or Zarr volume out as an OME-Zarr store with all its levels, in one pass. It can be stopped or killed at any moment: the same "
            + "command goes on where it stopped. Exits with 0, 1 for a failure or bad slices, 2 for an impossible option, 130 when interrupted.\n\n"
            + "Example: zarrfs materialize /data/scroll1/slices /data/scroll1.zarr --compression blosc:zstd")
        {
            source, output,
        };
        view.AddTo(command);
        store.AddTo(command);
        program.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(output);
            if (path.Length == 0) throw new OptionException("OUT.zarr", "no directory is given; name the one to write");
            Action<VolumeOptions> given = view.Read(parsed);
            Settings settings = program.Read(parsed, [parsed.GetRequiredValue(source)], volume =>
            {
                volume.OnBadSlice = "fail";
                given(volume);
            }, store.Cache(parsed));
            return new MaterializeJob(settings, store.Read(parsed, Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))).Run();
        });
        return command;
    }
}
