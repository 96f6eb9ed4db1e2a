using System.Buffers;
using System.Text.Json;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http;

/// <summary>What the start page says, for programs: <c>volumes</c>, and the root directory's <c>entries</c>.</summary>
internal static class StartDocument
{
    public static byte[] Make(ServedContent content, string server, ServiceFigures figures)
    {
        ArrayBufferWriter<byte> body = new(4096);
        IReadOnlyList<VolumeFacts> volumes = content.Volumes();
        ServiceFacts service = figures.Now(content, volumes);
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("volumes");
            foreach (VolumeFacts volume in volumes) WriteVolume(json, volume, new ClientLines(volume, server, content.HasViewer), service);
            json.WriteEndArray();
            json.WriteStartArray("entries");
            foreach ((string name, Node node) in DirectoryListing.Children(content.Tree, NodeId.Root)) DirectoryListing.WriteEntry(json, name, node);
            json.WriteEndArray();
            StatusDocument.WriteCache(json, content);
            StatusDocument.WriteService(json, service, content.IsPart);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    private static void WriteVolume(Utf8JsonWriter json, VolumeFacts volume, ClientLines lines, ServiceFacts service)
    {
        json.WriteStartObject();
        json.WriteString("name", volume.Name);
        json.WriteString("source", volume.SourcePath);
        json.WriteString("kind", volume.Kind);
        WriteShape(json, "shape", volume.Shape);
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
        foreach (OmeroChannel channel in volume.Channels) channel.Write(json);
        json.WriteEndArray();
        json.WriteStartObject("zarr2Shows");
        json.WriteNumber("t", volume.Leading.T);
        json.WriteNumber("c", volume.Leading.C);
        json.WriteEndObject();
        json.WriteStartArray("levels");
        foreach (LevelFacts level in volume.Levels)
        {
            json.WriteStartObject();
            json.WriteNumber("index", level.Index);
            WriteShape(json, "shape", level.Shape);
            WriteShape(json, "chunk", new VolumeShape(level.Chunk.Z, level.Chunk.Y, level.Chunk.X));
            WriteShape(json, "grid", level.Grid);
            StatusDocument.WriteFinal(json, level);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        StatusDocument.WriteBuild(json, volume);
        StatusDocument.WriteReading(json, volume, service);
        json.WriteStartArray("others");
        foreach (string other in volume.Others) json.WriteStringValue(other);
        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (SourceProblem problem in volume.Problems)
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
        json.WriteString("mountPath", volume.MountPath);
        json.WriteString("zarr2", lines.Zarr2Url);
        json.WriteString("zarr3", lines.Zarr3Url);
        json.WriteString("neuroglancer", lines.NeuroglancerZarr3);
        json.WriteString("picture", lines.PictureUrl);
        json.WriteStartObject("lines");
        foreach (ClientLine line in lines.Lines) json.WriteString(line.Id, line.Line);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Five numbers, along t c z y x.</summary>
    private static void WriteShape(Utf8JsonWriter json, string name, VolumeShape shape)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(shape.T);
        json.WriteNumberValue(shape.C);
        json.WriteNumberValue(shape.Z);
        json.WriteNumberValue(shape.Y);
        json.WriteNumberValue(shape.X);
        json.WriteEndArray();
    }
}
