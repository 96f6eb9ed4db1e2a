using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Commands;
using ZarrFs.Host.Http;
using ZarrFs.Host.Mount;
using ZarrFs.Host.Systemd;

// Lines that are longer are read badly, and so are those of a file or a pipe that have no end.
const int ReadableWidth = 120, NarrowestWidth = 60;

var root = new RootCommand(
    "ZarrFs shows raw TIFF volumes and Zarr arrays as OME-Zarr, at once, without converting them, or writes them out as a store.\n\n"
    + "A directory of z-slices, a grid of 500³ cells, a multi-page file or a Zarr directory appears as NAME.zarr (Zarr v2, OME-Zarr 0.4: "
    + "khartes, VC3D) and NAME.ome.zarr (Zarr v3, OME-Zarr 0.5). Chunks and pyramid levels are made when they are read; materialize makes "
    + "all of them once, verify compares a store with its source, and warm makes chunks ahead for a disk cache.")
{
    MountCommand.Create(),
    ServeCommand.Create(),
    RunCommand.Create(),
    MaterializeCommand.Create(),
    VerifyCommand.Create(),
    WarmCommand.Create(),
    InfoCommand.Create(),
    DemoCommand.Create(),
    TokenCommand.Create(),
    PasswordCommand.Create(),
};

foreach (HelpAction help in root.Options.OfType<HelpOption>().Select(option => option.Action).OfType<HelpAction>())
    help.MaxWidth = Console.IsOutputRedirected ? ReadableWidth : Math.Clamp(Console.WindowWidth, NarrowestWidth, ReadableWidth);

try
{
    ParseResult parsed = root.Parse(args);
    if (parsed.Action is ParseErrorAction mistaken)
    {
        // The help of a command is longer than a screen: what is wrong would not be seen above it.
        mistaken.ShowHelp = args.Length == 0;
        parsed.Invoke(new InvocationConfiguration { Output = Console.Error }); // what might have been meant belongs to what is wrong
        if (args.Length > 0) Console.Error.WriteLine($"Usage: {Usage(parsed.CommandResult)}\n'{Command(parsed.CommandResult)} --help' says what there is.");
        return 2;
    }

    // The host handles Ctrl-C and SIGTERM itself: unmounting takes as long as it takes.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (OptionException failure)
{
    Tell(failure.Message);
    return 2;
}
catch (OverloadException failure)
{
    Tell($"{failure.Message}; give more memory (--memory, --max-gb) or fewer --threads");
    return 1;
}
catch (Exception failure) when (failure is SourceException or StoreException or CodecException or MountException or ListenException)
{
    Tell(failure.Message);
    return 1;
}

// In the journal as the error that it is, so that journalctl -p warning shows it. A service manager keeps it beside the state: systemctl status has no line
// of the journal while a start waits for its next try.
static void Tell(string problem)
{
    using var manager = ServiceManager.FromEnvironment();
    manager.Tell($"STATUS={problem.ReplaceLineEndings(" ")}");
    if (Journal.HasStandardError) Journal.Write(Console.Error, LogLevel.Error, problem);
    else Console.Error.WriteLine($"zarrfs: {problem}");
}

// Which of several arguments is missing cannot be known, but which there are.
static string Usage(CommandResult result)
{
    string options = result.Command.Subcommands.Count > 0 ? "COMMAND …" : "[OPTIONS]";
    return string.Join(' ', [Command(result), .. result.Command.Arguments.Select(Place), options]);

    static string Place(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name} …" : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }
}

static string Command(CommandResult command) => command.Parent is CommandResult above ? $"{Command(above)} {command.Command.Name}" : "zarrfs";
