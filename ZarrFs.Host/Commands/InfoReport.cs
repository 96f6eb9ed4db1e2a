using System.Globalization;
using Spectre.Console;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Catalog;

namespace ZarrFs.Host.Commands;

/// <summary>What <c>zarrfs info</c> prints for people.</summary>
internal static class InfoReport
{
    private const int MostProblemsShown = 20;

    /// <summary>All volumes of a source, the main one first.</summary>
    public static void Write(VolumeCatalog catalog, Look look, IAnsiConsole console)
    {
        for (int i = 0; i < catalog.Volumes.Count; i++)
        {
            if (i > 0) console.Write(new Rule());
            Write(catalog.Volumes[i], catalog.Channels[i], look, console);
        }
    }

    private static void Write(Multiscale multiscale, IReadOnlyList<OmeroChannel> channels, Look look, IAnsiConsole console)
    {
        Volume volume = multiscale.Volume;
        ISource source = volume.Source;
        var facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        void Fact(string name, string value) => facts.AddRow(new Text(name, new Style(decoration: Decoration.Bold)), new Text(value));
        Fact("source", source.Path);
        Fact("kind", $"{source.Kind} ({source.Origin})");
        Fact("name", $"{multiscale.Name}.zarr, {multiscale.Name}.ome.zarr");
        Fact("shape", volume.Shape == source.Shape ? volume.Shape.ToString() : $"{volume.Shape} of {source.Shape}");
        Fact("type", volume.DataType == source.DataType ? volume.DataType.Name() : $"{volume.DataType.Name()} from {source.DataType.Name()}");
        Fact("stored", source.Encoding);
        Fact("voxel size", Describe(volume.VoxelSize));
        if (volume.TimeStep is { } step) Fact("time step", $"{step.Step} {step.Unit ?? "(no unit)"}");
        Fact("size", Amounts.Bytes((double)volume.Shape.Count * volume.DataType.Size()));
        Fact("downsample", multiscale.Method.ToString().ToLowerInvariant());
        if (volume.Shape.T > 1 || volume.Shape.C > 1)
            Fact($"{multiscale.Name}.zarr", $"time {multiscale.Leading.T}, channel {multiscale.Leading.C} (--time, --channel); {multiscale.Name}.ome.zarr has all");
        console.Write(facts);
        console.WriteLine();
        if (channels.Count > 1) WriteChannels(channels, console);

        var levels = new Table().Border(TableBorder.Simple).AddColumns("level", "shape", "chunk", "chunks");
        foreach (Level level in multiscale.Levels)
        {
            levels.AddRow(
                level.Index.ToString(CultureInfo.InvariantCulture), level.Shape.ToString(), multiscale.Chunk.ToString(), level.Grid.Counts.ToString());
        }

        console.Write(levels);
        foreach (string other in source.Others) console.MarkupLine($"[yellow]not shown[/]  {Markup.Escape(other)}");
        if (!multiscale.FitsUnits) console.MarkupLine($"[yellow]slow[/]  {UnitAdvice(multiscale)}");
        WriteProblems(source, look, console);
    }

    /// <summary>What to say of a view for which a Zarr source's chunks must be decoded several times.</summary>
    public static string UnitAdvice(Multiscale multiscale)
    {
        ReadUnit unit = multiscale.Volume.Source.Unit;
        return $"chunks of {multiscale.Chunk} do not fit the source's of {unit.Depth}×{unit.Height}×{unit.Width}, some of which may be decoded several times; "
            + "better are chunks as deep as those, that divide them along y and x, and --shift and --ranges by multiples of them";
    }

    private static void WriteChannels(IReadOnlyList<OmeroChannel> channels, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("channel", "name", "colour", "contrast");
        for (int c = 0; c < channels.Count; c++)
        {
            OmeroChannel channel = channels[c];
            table.AddRow(
                new Text(c.ToString(CultureInfo.InvariantCulture)), new Text(channel.Label),
                new Text(channel.Color.ToString("X6", CultureInfo.InvariantCulture)), new Text($"{channel.Window.Start} to {channel.Window.End}"));
        }

        console.Write(table);
    }

    private static void WriteProblems(ISource source, Look look, IAnsiConsole console)
    {
        IReadOnlyList<SourceProblem> problems = source.Problems;
        string? unseen = look == Look.AtFirst ? "only a few files were looked at (leave --quick out)"
            : look == Look.AtHeaders && source.Unit.IsDecoded ? "headers were looked at; damage in compressed data is found by --deep"
            : null;
        if (problems.Count == 0)
        {
            console.MarkupLine("[green]No missing and no bad slices[/]" + (unseen is null ? "." : $" so far: {unseen}."));
            return;
        }

        foreach (SourceProblem problem in problems.Take(MostProblemsShown))
        {
            string kind = problem.Kind == SourceProblemKind.Bad ? "[red]bad[/]" : "[yellow]missing[/]";
            console.MarkupLine($"{kind}  {problem.Planes}  {Markup.Escape(problem.Kind == SourceProblemKind.Bad ? $"{problem.Path}: {problem.Message}" : problem.Message)}");
        }

        if (problems.Count > MostProblemsShown) console.WriteLine($"… and {problems.Count - MostProblemsShown} more (--json lists all)");
    }

    private static string Describe(VoxelSize voxel)
    {
        string size = voxel.IsIsotropic ? $"{voxel.X}" : $"{voxel.Z} × {voxel.Y} × {voxel.X} (z y x)";
        return voxel.Unit is null ? $"{size} (no unit)" : $"{size} {voxel.Unit}";
    }
}
