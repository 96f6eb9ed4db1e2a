using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Commands;

/// <summary>What <c>zarrfs info</c> prints.</summary>
internal static class InfoReport
{
    private const int MostProblemsShown = 20;

    public static void WriteText(Multiscale multiscale, IAnsiConsole console)
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
        Fact("voxel size", Describe(volume.VoxelSize));
        Fact("size", Bytes((double)volume.Shape.Count * volume.DataType.Size()));
        Fact("downsample", multiscale.Method.ToString().ToLowerInvariant());
        console.Write(facts);
        console.WriteLine();

        var levels = new Table().Border(TableBorder.Simple).AddColumns("level", "shape (z y x)", "chunk", "chunks");
        foreach (Level level in multiscale.Levels)
        {
            levels.AddRow(
                level.Index.ToString(CultureInfo.InvariantCulture), $"{level.Shape.Z}×{level.Shape.Y}×{level.Shape.X}", multiscale.Chunk.ToString(),
                $"{level.Grid.Counts.Z}×{level.Grid.Counts.Y}×{level.Grid.Counts.X}");
        }

        console.Write(levels);
        foreach (string other in source.Others) console.MarkupLine($"[yellow]not shown[/]  {Markup.Escape(other)}");
        WriteProblems(source.Problems, console);
    }

    public static void WriteJson(Multiscale multiscale, TextWriter output)
    {
        Volume volume = multiscale.Volume;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("source", volume.Source.Path);
            json.WriteString("kind", volume.Source.Kind);
            json.WriteString("origin", volume.Source.Origin);
            json.WriteString("name", multiscale.Name);
            WriteShape(json, "shape", volume.Shape);
            WriteShape(json, "sourceShape", volume.Source.Shape);
            json.WriteString("dataType", volume.DataType.Name());
            json.WriteStartObject("voxelSize");
            json.WriteNumber("z", volume.VoxelSize.Z);
            json.WriteNumber("y", volume.VoxelSize.Y);
            json.WriteNumber("x", volume.VoxelSize.X);
            json.WriteString("unit", volume.VoxelSize.Unit);
            json.WriteEndObject();
            json.WriteString("downsample", multiscale.Method.ToString().ToLowerInvariant());
            json.WriteStartArray("levels");
            foreach (Level level in multiscale.Levels)
            {
                json.WriteStartObject();
                json.WriteNumber("level", level.Index);
                WriteShape(json, "shape", level.Shape);
                json.WriteStartArray("chunk");
                json.WriteNumberValue(multiscale.Chunk.Z);
                json.WriteNumberValue(multiscale.Chunk.Y);
                json.WriteNumberValue(multiscale.Chunk.X);
                json.WriteEndArray();
                WriteShape(json, "chunks", level.Grid.Counts);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("fingerprint", volume.Source.Fingerprint);
            json.WriteStartArray("others");
            foreach (string other in volume.Source.Others) json.WriteStringValue(other);
            json.WriteEndArray();
            json.WriteStartArray("problems");
            foreach (SourceProblem problem in volume.Source.Problems)
            {
                json.WriteStartObject();
                json.WriteString("kind", problem.Kind == SourceProblemKind.Bad ? "bad" : "missing");
                if (problem.T is { } t) json.WriteNumber("t", t);
                if (problem.C is { } c) json.WriteNumber("c", c);
                json.WriteNumber("z", problem.Z);
                json.WriteNumber("depth", problem.Depth);
                json.WriteString("path", problem.Path);
                json.WriteString("message", problem.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteProblems(IReadOnlyList<SourceProblem> problems, IAnsiConsole console)
    {
        if (problems.Count == 0)
        {
            console.MarkupLine("[green]No missing and no bad slices.[/]");
            return;
        }

        foreach (SourceProblem problem in problems.Take(MostProblemsShown))
        {
            string kind = problem.Kind == SourceProblemKind.Bad ? "[red]bad[/]" : "[yellow]missing[/]";
            console.MarkupLine($"{kind}  {problem.Planes}  {Markup.Escape(problem.Kind == SourceProblemKind.Bad ? $"{problem.Path}: {problem.Message}" : problem.Message)}");
        }

        if (problems.Count > MostProblemsShown) console.WriteLine($"… and {problems.Count - MostProblemsShown} more (--json lists all)");
    }

    private static void WriteShape(Utf8JsonWriter json, string name, in VolumeShape shape)
    {
        json.WriteStartArray(name);
        foreach (long size in (long[])[shape.T, shape.C, shape.Z, shape.Y, shape.X]) json.WriteNumberValue(size);
        json.WriteEndArray();
    }

    private static string Describe(VoxelSize voxel)
    {
        string size = voxel.IsIsotropic ? $"{voxel.X}" : $"{voxel.Z} × {voxel.Y} × {voxel.X} (z y x)";
        return voxel.Unit is null ? $"{size} (no unit)" : $"{size} {voxel.Unit}";
    }

    private static string Bytes(double bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB", "PB"];
        int unit = 0;
        for (; bytes >= 1000 && unit < units.Length - 1; unit++) bytes /= 1000;
        return $"{bytes:0.##} {units[unit]}";
    }
}
