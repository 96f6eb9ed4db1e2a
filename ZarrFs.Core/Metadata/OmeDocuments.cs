using System.Text.Json;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Metadata;

/// <summary>What both versions of OME-Zarr say in the same words.</summary>
internal static class OmeDocuments
{
    /// <summary>How the levels were made: NGFF's <c>type</c> and <c>metadata</c> of a multiscale.</summary>
    public static void WriteMethod(Utf8JsonWriter writer, Multiscale multiscale)
    {
        string method = multiscale.Method.ToString().ToLowerInvariant();
        writer.WriteString("type", method);
        writer.WriteStartObject("metadata");
        writer.WriteString("method", "zarrfs");
        writer.WriteString("description", $"each level is the {method} of 2×2×2 voxels of the one before");
        writer.WriteEndObject();
    }

    /// <summary>The <c>omero</c> block: one channel for each along c, with a window and a colour.</summary>
    public static void WriteOmero(Utf8JsonWriter writer, Multiscale multiscale, ContrastWindow contrast)
    {
        writer.WriteStartObject("omero");
        writer.WriteStartArray("channels");
        for (long c = 0; c < multiscale.Volume.Shape.C; c++)
        {
            writer.WriteStartObject();
            writer.WriteString("label", multiscale.Volume.Shape.C == 1 ? multiscale.Name : $"channel {c}");
            writer.WriteString("color", "FFFFFF");
            writer.WriteBoolean("active", true);
            writer.WriteStartObject("window");
            writer.WriteNumber("start", contrast.Start);
            writer.WriteNumber("end", contrast.End);
            writer.WriteNumber("min", contrast.Min);
            writer.WriteNumber("max", contrast.Max);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("rdefs");
        writer.WriteNumber("defaultZ", multiscale.Volume.Shape.Z / 2);
        writer.WriteString("model", multiscale.Volume.Shape.C == 1 ? "greyscale" : "color");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
