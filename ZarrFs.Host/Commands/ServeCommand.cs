using System.CommandLine;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs serve SOURCE…</c>.</summary>
internal static class ServeCommand
{
    /// <summary>Where a service listens if nothing else is said.</summary>
    public const string DefaultListen = "127.0.0.1:9000";

    public static Command Create()
    {
        var sources = SourceArgument.Several("One or more directories of TIFF slices or cells, multi-page TIFF files, or Zarr directories.", ArgumentArity.OneOrMore);
        var http = new HttpArguments();
        var view = new ViewArguments();
        var cache = new CacheArguments();
        var preview = new PreviewArguments();
        var program = new ProgramArguments();
        var command = new Command("serve", "Show TIFF volumes as OME-Zarr over HTTP, until Ctrl-C: for Neuroglancer, napari, zarr-python.\n\nExample: zarrfs serve /data/scroll1/slices /data/scroll2/slices") { sources };
        http.AddTo(command);
        view.AddTo(command);
        cache.AddTo(command);
        preview.AddTo(command);
        program.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            return Service.RunAsync(Read(), program.Reread(parsed, Read), stop);

            Settings Read()
            {
                Settings settings = program.Read(
                    parsed, parsed.GetRequiredValue(sources), view.Read(parsed), [.. http.Read(parsed), .. cache.Read(parsed), .. preview.Read(parsed)]);
                return settings with { Listen = settings.Listen ?? DefaultListen };
            }
        });
        return command;
    }
}
