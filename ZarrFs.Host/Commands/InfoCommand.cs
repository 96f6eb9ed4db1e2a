using System.CommandLine;
using Spectre.Console;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs info SOURCE</c>.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("SOURCE") { Description = "A directory of TIFF slices or cells, or a multi-page TIFF file." };
        var json = new Option<bool>("--json") { Description = "Print JSON for programs." };
        var quick = new Option<bool>("--quick") { Description = "Do not look into every file: bad slices are then not found." };
        var view = new ViewArguments();
        var command = new Command(
            "info", "Say what a source is: shape, type, voxel size, levels, bad and missing slices. Exits with 1 if a slice is bad.\n\nExample: zarrfs info /data/scroll1/slices")
        {
            source, json, quick,
        };
        view.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var options = new VolumeOptions { Source = parsed.GetRequiredValue(source) };
            view.Read(parsed)(options);
            using var pool = new BufferPool(OptionParsing.Memory("auto"));
            using var catalog = new VolumeCatalog([VolumeSettings.From(options)], pool, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            if (!parsed.GetValue(quick))
            {
                foreach (Multiscale volume in catalog.Volumes) CheckAll(volume.Volume.Source, stop);
            }

            if (parsed.GetValue(json)) InfoDocument.Write(catalog, Console.Out);
            else InfoReport.Write(catalog, Console.IsOutputRedirected ? PlainConsole() : AnsiConsole.Console);
            return Task.FromResult(catalog.Volumes.Any(v => v.Volume.Source.Problems.Any(p => p.Kind == SourceProblemKind.Bad)) ? 1 : 0);
        });
        return command;
    }

    /// <summary>For a pipe or a file: no colours, and no line broken where a terminal would end.</summary>
    private static IAnsiConsole PlainConsole()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 1000;
        return console;
    }

    /// <summary>Looks into every file, with a bar on the terminal (standard error, so that the report can be piped).</summary>
    private static void CheckAll(ISource source, CancellationToken stop)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
        {
            source.CheckAll(null, stop);
            return;
        }

        console.Progress().AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask("Looking at every header", maxValue: 1);
            source.CheckAll(new TaskProgress(task), stop);
        });
    }

    private sealed class TaskProgress(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
