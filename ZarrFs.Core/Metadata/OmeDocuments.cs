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
        writer.WriteString("description", multiscale.Method == DownsampleMethod.Gaussian
            ? "each level is the mean of 2×2×2 voxels of the one before, smoothed by a Gaussian of σ = 0.5 voxels"
            : $"each level is the {method} of 2×2×2 voxels of the one before");
        writer.WriteEndObject();
    }

    /// <summary>The <c>omero</c> block: how viewers show the channels at first.</summary>
    public static void WriteOmero(Utf8JsonWriter writer, IReadOnlyList<OmeroChannel> channels, long t, long z)
    {
        writer.WriteStartObject("omero");
        writer.WriteStartArray("channels");
        foreach (OmeroChannel channel in channels) channel.Write(writer);
        writer.WriteEndArray();
        writer.WriteStartObject("rdefs");
        writer.WriteNumber("defaultT", t);
        writer.WriteNumber("defaultZ", z);
        writer.WriteString("model", channels.Count == 1 ? "greyscale" : "color");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
