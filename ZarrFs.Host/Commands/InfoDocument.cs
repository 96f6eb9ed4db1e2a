using System.Text.Encodings.Web;
using System.Text.Json;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Catalog;

namespace ZarrFs.Host.Commands;

/// <summary>What <c>zarrfs info --json</c> prints: the facts of the main volume, and under <c>images</c> those of all others of the source.</summary>
internal static class InfoDocument
{
    public static void Write(VolumeCatalog catalog, TextWriter output)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteFacts(json, catalog.Volumes[0], catalog.Channels[0]);
            json.WriteStartArray("images");
            for (int i = 1; i < catalog.Volumes.Count; i++)
            {
                json.WriteStartObject();
                WriteFacts(json, catalog.Volumes[i], catalog.Channels[i]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteFacts(Utf8JsonWriter json, Multiscale multiscale, IReadOnlyList<OmeroChannel> channels)
    {
        Volume volume = multiscale.Volume;
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
        if (volume.TimeStep is { } step)
        {
            json.WriteStartObject("timeStep");
            json.WriteNumber("step", step.Step);
            json.WriteString("unit", step.Unit);
            json.WriteEndObject();
        }

        json.WriteStartArray("channels");
        foreach (OmeroChannel channel in channels) channel.Write(json);
        json.WriteEndArray();
        json.WriteStartObject("zarr2Shows");
        json.WriteNumber("t", multiscale.Leading.T);
        json.WriteNumber("c", multiscale.Leading.C);
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
        json.WriteStartObject("stored");
        json.WriteString("encoding", volume.Source.Encoding);
        json.WriteBoolean("decoded", volume.Source.Unit.IsDecoded);
        json.WriteNumber("height", volume.Source.Unit.Height);
        json.WriteNumber("width", volume.Source.Unit.Width);
        json.WriteNumber("channels", volume.Source.Unit.Channels);
        json.WriteEndObject();
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
    }

    private static void WriteShape(Utf8JsonWriter json, string name, in VolumeShape shape)
    {
        json.WriteStartArray(name);
        foreach (long size in (long[])[shape.T, shape.C, shape.Z, shape.Y, shape.X]) json.WriteNumberValue(size);
        json.WriteEndArray();
    }
}
