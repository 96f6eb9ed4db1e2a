using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http;

/// <summary>
/// A link to Neuroglancer that shows a volume as it is meant to be seen: all of it, from its middle, with contrast and colours, one layer a channel; labels as segments.
/// </summary>
/// <param name="volume">The volume.</param>
/// <param name="viewer">Neuroglancer's page: the built-in one, or <see cref="Public"/>.</param>
internal sealed class NeuroglancerLink(VolumeFacts volume, string viewer)
{
    /// <summary>The one that its authors run for everybody.</summary>
    public const string Public = "https://neuroglancer-demo.appspot.com/";

    // Of each of four panels, in pixels, in a browser that fills an ordinary screen; in a larger one there is a margin.
    private const double PanelWidth = 600, PanelHeight = 360;

    // More would make a link that browsers cut off.
    private const int MostLayers = 16;

    // The units OME-Zarr volumes come in, as Neuroglancer converts them: to metres and seconds.
    private static readonly Dictionary<string, double> Meters = new(StringComparer.Ordinal)
    {
        ["angstrom"] = 1e-10, ["picometer"] = 1e-12, ["nanometer"] = 1e-9, ["micrometer"] = 1e-6, ["millimeter"] = 1e-3,
        ["centimeter"] = 1e-2, ["decimeter"] = 1e-1, ["meter"] = 1, ["kilometer"] = 1e3, ["inch"] = 0.0254, ["foot"] = 0.3048,
    };

    private static readonly Dictionary<string, double> Seconds = new(StringComparer.Ordinal)
    {
        ["nanosecond"] = 1e-9, ["microsecond"] = 1e-6, ["millisecond"] = 1e-3, ["second"] = 1, ["minute"] = 60, ["hour"] = 3600, ["day"] = 86400,
    };

    /// <summary>Shows the one channel and time point of a root without these axes.</summary>
    public string OfThreeAxes(string source) => Make(json =>
    {
        WriteDimensions(json, hasT: false);
        WritePosition(json, hasT: false);
        json.WriteStartArray("layers");
        WriteSingleLayer(json, source);
        json.WriteEndArray();
    });

    /// <summary>Shows all channels, each as a layer in its colour, and the chosen time point.</summary>
    public string OfAllAxes(string source) => Make(json =>
    {
        bool hasT = volume.Shape.T > 1;
        WriteDimensions(json, hasT);
        WritePosition(json, hasT);
        json.WriteStartArray("layers");
        if (volume.Channels.Count == 1) WriteSingleLayer(json, source);
        else
            for (int c = 0; c < Math.Min(volume.Channels.Count, MostLayers); c++) WriteChannelLayer(json, source, c);
        json.WriteEndArray();
    });

    private string Make(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> state = new(512);
        using (Utf8JsonWriter json = new(state, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("title", volume.Name);
            write(json);
            (double section, double space) = Scales();
            json.WriteNumber("crossSectionScale", section);
            json.WriteNumber("projectionScale", space);
            json.WriteString("layout", "4panel");
            WriteScene(json);
            json.WriteEndObject();
        }

        return $"{viewer}#!" + Uri.EscapeDataString(Encoding.UTF8.GetString(state.WrittenSpan));
    }

    /// <summary>Grey, or each label in a colour of its own.</summary>
    private void WriteSingleLayer(Utf8JsonWriter json, string source)
    {
        json.WriteStartObject();
        json.WriteString("type", volume.IsLabels ? "segmentation" : "image");
        json.WriteString("source", source);
        json.WriteString("name", volume.Name);
        if (!volume.IsLabels) WriteWindow(json, volume.Channels[(int)volume.Leading.C].Window);
        json.WriteEndObject();
    }

    /// <summary>Neuroglancer makes the axis of type <c>channel</c> one of the layer's own, <c>c'</c>, so each layer stands at another place of it.</summary>
    private void WriteChannelLayer(Utf8JsonWriter json, string source, int c)
    {
        OmeroChannel channel = volume.Channels[c];
        bool isNameTaken = volume.Channels.Where((other, index) => index != c && other.Label == channel.Label).Any();
        json.WriteStartObject();
        json.WriteString("type", "image");
        json.WriteString("source", source);
        json.WriteString("name", isNameTaken ? string.Create(CultureInfo.InvariantCulture, $"{channel.Label} ({c})") : channel.Label);
        json.WriteStartObject("localDimensions");
        json.WriteStartArray("c'");
        json.WriteNumberValue(1);
        json.WriteStringValue("");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("localPosition");
        json.WriteNumberValue(c);
        json.WriteEndArray();
        json.WriteNumber("opacity", 1);
        json.WriteString("blend", "additive");
        json.WriteString(
            "shader",
            string.Create(CultureInfo.InvariantCulture, $$"""
            #uicontrol vec3 color color(default="#{{channel.Color:X6}}")
            #uicontrol invlerp normalized
            void main() { emitRGB(color * normalized()); }
            """));
        WriteWindow(json, channel.Window);
        if (!channel.IsActive) json.WriteBoolean("visible", false);
        json.WriteEndObject();
    }

    private void WritePosition(Utf8JsonWriter json, bool hasT)
    {
        json.WriteStartArray("position");
        foreach (long length in (ReadOnlySpan<long>)[volume.Shape.X, volume.Shape.Y, volume.Shape.Z]) json.WriteNumberValue(length / 2);
        if (hasT) json.WriteNumberValue(volume.Leading.T);
        json.WriteEndArray();
    }

    /// <summary>
    /// In the least of the distances between voxels: how many a pixel, so that each section fits into its panel (z goes along either side of one), and how many
    /// a panel's height, so that the whole box does in space however it is turned.
    /// </summary>
    private (double Section, double Space) Scales()
    {
        VoxelSize size = volume.VoxelSize;
        double least = Math.Min(size.X, Math.Min(size.Y, size.Z));
        (double x, double y, double z) = (volume.Shape.X * size.X / least, volume.Shape.Y * size.Y / least, volume.Shape.Z * size.Z / least);
        double section = Math.Max(x / PanelWidth, Math.Max(y, z) / PanelHeight);
        return (Math.Ceiling(section * 100) / 100, Math.Ceiling(Math.Sqrt((x * x) + (y * y) + (z * z))));
    }

    /// <summary>They must be the store's own scale and unit, or the axes come out in the store's order.</summary>
    private void WriteDimensions(Utf8JsonWriter json, bool hasT)
    {
        VoxelSize size = volume.VoxelSize;
        TimeStep step = volume.TimeStep ?? new TimeStep(1, null);
        double meters = 1, seconds = 1;
        if (size.Unit is not null && !Meters.TryGetValue(size.Unit, out meters)) return;
        if (hasT && step.Unit is not null && !Seconds.TryGetValue(step.Unit, out seconds)) return;
        json.WriteStartObject("dimensions");
        WriteDimension("x", size.X * meters, size.Unit is null ? "" : "m");
        WriteDimension("y", size.Y * meters, size.Unit is null ? "" : "m");
        WriteDimension("z", size.Z * meters, size.Unit is null ? "" : "m");
        if (hasT) WriteDimension("t", step.Step * seconds, step.Unit is null ? "" : "s");
        json.WriteEndObject();

        void WriteDimension(string name, double scale, string unit)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(scale);
            json.WriteStringValue(unit);
            json.WriteEndArray();
        }
    }

    /// <summary>
    /// Black around the volume, where Neuroglancer has a bright grey; and the three sections in space seen from above and the side, as
    /// far as the volume goes: from the front, as Neuroglancer begins, one of them hides the others.
    /// </summary>
    private static void WriteScene(Utf8JsonWriter json)
    {
        json.WriteString("crossSectionBackgroundColor", "#000000");
        json.WriteBoolean("hideCrossSectionBackground3D", true);
        json.WriteStartArray("projectionOrientation"); // a quaternion: 30° around y, then 20° around x
        foreach (double component in (ReadOnlySpan<double>)[-0.168, -0.255, -0.045, 0.951]) json.WriteNumberValue(component);
        json.WriteEndArray();
    }

    /// <summary>The contrast, and a histogram beside it that goes a quarter further to either side: over all of the type it would be a line.</summary>
    private void WriteWindow(Utf8JsonWriter json, in ContrastWindow window)
    {
        double margin = (window.End - window.Start) / 4;
        (double low, double high) = (window.Start - margin, window.End + margin);
        if (volume.DataType is not (DataType.Float32 or DataType.Float64))
            (low, high) = (Math.Max(window.Min, Math.Floor(low)), Math.Min(window.Max, Math.Ceiling(high)));
        json.WriteStartObject("shaderControls");
        json.WriteStartObject("normalized");
        WritePair("range", window.Start, window.End);
        WritePair("window", low, high);
        json.WriteEndObject();
        json.WriteEndObject();

        void WritePair(string name, double first, double second)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(first);
            json.WriteNumberValue(second);
            json.WriteEndArray();
        }
    }
}
