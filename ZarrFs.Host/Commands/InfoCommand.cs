using System.CommandLine;
using Spectre.Console;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs info SOURCE</c>.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("SOURCE") { Description = "A directory of TIFF slices or cells, or a multi-page TIFF file." };
        var json = new Option<bool>("--json") { Description = "Print JSON for programs." };
        var quick = new Option<bool>("--quick") { Description = "Do not look into every file: bad slices are then not found." };
        var deep = new Option<bool>("--deep") { Description = "Read every voxel too: damage inside compressed slices is found in no other way. Takes as long as reading does." };
        var view = new ViewArguments();
        var command = new Command(
            "info", "Say what a source is: shape, type, voxel size, levels, bad and missing slices. Exits with 1 if a slice is bad.\n\nExample: zarrfs info /data/scroll1/slices")
        {
            path, json, quick, deep,
        };
        view.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var options = new VolumeOptions { Source = parsed.GetRequiredValue(path) };
            view.Read(parsed)(options);
            using var pool = new BufferPool(OptionParsing.AutomaticMemory);
            using var catalog = new VolumeCatalog([VolumeSettings.From(options)], pool, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            ProgressStyle style = Console.IsErrorRedirected ? ProgressStyle.None : ProgressStyle.Bar;
            Look look = parsed.GetValue(deep) ? Look.AtVoxels : parsed.GetValue(quick) ? Look.AtFirst : Look.AtHeaders;
            foreach (Multiscale volume in catalog.Volumes)
            {
                ISource source = volume.Volume.Source;
                if (look != Look.AtFirst) ShareProgress.Run(style, "check", progress => source.CheckAll(progress, stop));
                if (look == Look.AtVoxels) ShareProgress.Run(style, "read", progress => DeepCheck.Run(source, progress, stop));
            }

            if (parsed.GetValue(json)) InfoDocument.Write(catalog, Console.Out);
            else InfoReport.Write(catalog, look, Console.IsOutputRedirected ? PlainConsole() : AnsiConsole.Console);
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
}
