using System.Globalization;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http;

/// <summary>Ready-made lines and links that open a volume in other programs.</summary>
/// <param name="volume">The volume.</param>
/// <param name="server">The URL this client reached the server by, without a slash at its end.</param>
/// <param name="hasViewer">Whether Neuroglancer is built in.</param>
internal sealed class ClientLines(VolumeFacts volume, string server, bool hasViewer)
{
    private readonly NeuroglancerLink _neuroglancer = new(volume, hasViewer ? $"{server}/viewer/" : NeuroglancerLink.Public);

    /// <summary>Whether the links for Neuroglancer lead to the built-in one, or else to the public one: then the browser must reach both.</summary>
    public bool IsViewerBuiltIn => hasViewer;

    /// <summary>The Zarr v2 root: z, y and x of one channel and time point.</summary>
    public string Zarr2Url => $"{server}/{Uri.EscapeDataString(volume.Name)}.zarr";

    /// <summary>The Zarr v3 root: all axes.</summary>
    public string Zarr3Url => $"{server}/{Uri.EscapeDataString(volume.Name)}.ome.zarr";

    /// <summary>Link to Neuroglancer, showing the v2 root.</summary>
    public string NeuroglancerZarr2 => _neuroglancer.OfThreeAxes($"{Zarr2Url}/|zarr2:");

    /// <summary>Link to Neuroglancer, showing the v3 root.</summary>
    public string NeuroglancerZarr3 => _neuroglancer.OfAllAxes($"{Zarr3Url}/|zarr3:");

    /// <summary>Which part the v2 root is, in words: <c>channel 1 "DAPI", time 0</c>; null where it is everything.</summary>
    public string? Part
    {
        get
        {
            List<string> parts = [];
            if (volume.Shape.C > 1) parts.Add(string.Create(CultureInfo.InvariantCulture, $"channel {volume.Leading.C} \"{volume.Channels[(int)volume.Leading.C].Label}\""));
            if (volume.Shape.T > 1) parts.Add(string.Create(CultureInfo.InvariantCulture, $"time {volume.Leading.T}"));
            return parts.Count == 0 ? null : string.Join(", ", parts);
        }
    }

    /// <summary>All others: what for, and what to type.</summary>
    public IEnumerable<(string Program, string Line)> Lines
    {
        get
        {
            VolumeShape shape = volume.Shape;
            string part = Part is { } some ? $" ({some})" : "";
            yield return ("zarr-python 2" + part, $"import zarr; v = zarr.open(\"{Zarr2Url}\", mode=\"r\")[\"0\"]; print(v[0, 0])  # {shape with { T = 1, C = 1 }}");
            if (Part is not null)
            {
                string leading = string.Concat(Enumerable.Repeat("0, ", (shape.T > 1 ? 1 : 0) + (shape.C > 1 ? 1 : 0)));
                yield return ("zarr-python 3, all", $"import zarr; v = zarr.open(\"{Zarr3Url}\", mode=\"r\")[\"0\"]; print(v[{leading}0, 0])  # {shape}");
            }

            yield return ("napari", $"napari --plugin napari-ome-zarr {(Part is null ? Zarr2Url : Zarr3Url)}");
            string? mounted = volume.MountPath is { } path ? $"{path.TrimEnd('/')}/{volume.Name}.zarr" : null;
            yield return ("khartes" + part, mounted is null
                ? $"File > Import Zarr... needs a directory: zarrfs mount {Quote(volume.SourcePath)} MOUNTPOINT"
                : $"File > Import Zarr... and choose {mounted}");
            yield return ("curl", $"curl -O {Zarr2Url}/0/.zarray");
        }
    }

    /// <summary>For a POSIX shell.</summary>
    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''")}'";
}
