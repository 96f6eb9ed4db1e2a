using System.CommandLine;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs mount SOURCE MOUNTPOINT</c>.</summary>
internal static class MountCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("SOURCE") { Description = "A directory of TIFF slices (00000.tif …) or cells (cell_yxz_001_001_001.tif …), a multi-page TIFF file, or a Zarr directory." };
        var mountpoint = new Argument<string>("MOUNTPOINT") { Description = "An empty directory, where NAME.zarr and NAME.ome.zarr appear." };
        var allowOther = new Option<bool?>("--allow-other") { Description = "Let other users of this machine read the mount too." };
        var view = new ViewArguments();
        var cache = new CacheArguments();
        var preview = new PreviewArguments();
        var program = new ProgramArguments();
        var command = new Command("mount", "Show a TIFF volume as OME-Zarr in the file system, until Ctrl-C.\n\nExample: zarrfs mount /data/scroll1/slices /mnt/scroll1 --voxel-size 7.91") { source, mountpoint, allowOther };
        view.AddTo(command);
        cache.AddTo(command);
        preview.AddTo(command);
        program.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            return Service.RunAsync(Read(), program.Reread(parsed, Read), stop);

            Settings Read() => program.Read(
                parsed, [parsed.GetRequiredValue(source)], view.Read(parsed),
                [
                    ("Mount:Path", parsed.GetRequiredValue(mountpoint)), ("Mount:AllowOther", parsed.GetValue(allowOther)?.ToString()),
                    .. cache.Read(parsed), .. preview.Read(parsed),
                ]);
        });
        return command;
    }
}
