using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http;

/// <summary>Ready-made lines and links that open a volume in other programs.</summary>
/// <param name="volume">The volume.</param>
/// <param name="server">The URL this client reached the server by, without a slash at its end.</param>
internal sealed class ClientLines(VolumeFacts volume, string server)
{
    private const string Neuroglancer = "https://neuroglancer-demo.appspot.com/#!";

    // The units OME-Zarr volumes come in, as Neuroglancer converts them: to metres.
    private static readonly Dictionary<string, double> Meters = new(StringComparer.Ordinal)
    {
        ["angstrom"] = 1e-10, ["picometer"] = 1e-12, ["nanometer"] = 1e-9, ["micrometer"] = 1e-6, ["millimeter"] = 1e-3,
        ["centimeter"] = 1e-2, ["decimeter"] = 1e-1, ["meter"] = 1, ["kilometer"] = 1e3, ["inch"] = 0.0254, ["foot"] = 0.3048,
    };

    /// <summary>The Zarr v2 root.</summary>
    public string Zarr2Url => $"{server}/{Uri.EscapeDataString(volume.Name)}.zarr";

    /// <summary>The Zarr v3 root.</summary>
    public string Zarr3Url => $"{server}/{Uri.EscapeDataString(volume.Name)}.ome.zarr";

    /// <summary>Link to the public Neuroglancer, showing the v2 root.</summary>
    public string NeuroglancerZarr2 => NeuroglancerLink($"{Zarr2Url}/|zarr2:");

    /// <summary>Link to the public Neuroglancer, showing the v3 root.</summary>
    public string NeuroglancerZarr3 => NeuroglancerLink($"{Zarr3Url}/|zarr3:");

    /// <summary>All others: what for, and what to type.</summary>
    public IEnumerable<(string Program, string Line)> Lines
    {
        get
        {
            yield return ("zarr-python 2", $"import zarr; v = zarr.open(\"{Zarr2Url}\", mode=\"r\")[\"0\"]; print(v[0, 0])");
            yield return ("napari", $"napari --plugin napari-ome-zarr {Zarr2Url}");
            string? mounted = volume.MountPath is { } path ? $"{path.TrimEnd('/')}/{volume.Name}.zarr" : null;
            yield return ("khartes", mounted is null
                ? $"File > Import Zarr... needs a directory: zarrfs mount {Quote(volume.SourcePath)} MOUNTPOINT"
                : $"File > Import Zarr... and choose {mounted}");
            yield return ("curl", $"curl -O {Zarr2Url}/0/.zarray");
        }
    }

    /// <summary>For a POSIX shell.</summary>
    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''")}'";

    private string NeuroglancerLink(string source)
    {
        ArrayBufferWriter<byte> state = new(512);
        using (Utf8JsonWriter json = new(state, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteDimensions(json);
            json.WriteStartArray("layers");
            json.WriteStartObject();
            json.WriteString("type", "image");
            json.WriteString("source", source);
            json.WriteString("name", volume.Name);
            if (volume.Window is { } window) WriteWindow(json, window);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("layout", "4panel");
            WriteScene(json);
            json.WriteEndObject();
        }

        return Neuroglancer + Uri.EscapeDataString(Encoding.UTF8.GetString(state.WrittenSpan));
    }

    /// <summary>They must be the store's own scale and unit, or the axes come out in the store's order.</summary>
    private void WriteDimensions(Utf8JsonWriter json)
    {
        VoxelSize size = volume.VoxelSize;
        double meters = 1;
        if (size.Unit is not null && !Meters.TryGetValue(size.Unit, out meters)) return;
        string unit = size.Unit is null ? "" : "m";
        json.WriteStartObject("dimensions");
        WriteDimension("x", size.X);
        WriteDimension("y", size.Y);
        WriteDimension("z", size.Z);
        json.WriteEndObject();

        void WriteDimension(string name, double scale)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(scale * meters);
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

    private static void WriteWindow(Utf8JsonWriter json, (double Low, double High) window)
    {
        json.WriteStartObject("shaderControls");
        json.WriteStartObject("normalized");
        json.WriteStartArray("range");
        json.WriteNumberValue(window.Low);
        json.WriteNumberValue(window.High);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
