using System.CommandLine;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs run --config FILE</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var sources = SourceArgument.Several("Sources to show instead of the file's volumes.", ArgumentArity.ZeroOrMore);
        var mount = new Option<string?>("--mount") { HelpName = "MOUNTPOINT", Description = "Mount all volumes in this empty directory." };
        var allowOther = new Option<bool?>("--allow-other") { Description = "Let other users of this machine read the mount too." };
        var http = new HttpArguments();
        var view = new ViewArguments();
        var cache = new CacheArguments();
        var preview = new PreviewArguments();
        var program = new ProgramArguments();
        var command = new Command(
            "run",
            "Mount and serve several volumes in one process that shares one cache, as a configuration file says.\n\n"
            + "SIGHUP has the file read anew: volumes come and go, and who may read them changes, without the mount or a connection being dropped.\n\n"
            + "Examples: zarrfs run --config config/zarrfs.json\n"
            + "          systemctl enable --now zarrfs    (as a service, of /etc/zarrfs/zarrfs.json; systemctl reload zarrfs reads that anew; docs/OPERATION.md)") { sources, mount, allowOther };
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
                    parsed, parsed.GetValue(sources) ?? [], view.Read(parsed),
                    [
                        ("Mount:Path", parsed.GetValue(mount)), ("Mount:AllowOther", parsed.GetValue(allowOther)?.ToString()),
                        .. http.Read(parsed), .. cache.Read(parsed), .. preview.Read(parsed),
                    ]);
                return settings.MountPath is null && settings.Listen is null
                    ? throw new OptionException("run", "neither a mountpoint nor an address is configured; set mount.path or http.listen in the file, or give --mount or --listen")
                    : settings;
            }
        });
        return command;
    }
}
