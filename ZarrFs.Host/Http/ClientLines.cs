using System.Globalization;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http.S3;

namespace ZarrFs.Host.Http;

/// <summary>Ready-made lines and links that open a volume in other programs.</summary>
/// <param name="volume">The volume.</param>
/// <param name="server">The URL this client reached the server by, without a slash at its end.</param>
/// <param name="hasViewer">Whether Neuroglancer is built in.</param>
internal sealed class ClientLines(VolumeFacts volume, string server, bool hasViewer)
{
    private const string Vizarr = "https://hms-dbmi.github.io/vizarr/?source=";

    // With an empty query: programs that take all links of a page for files of a directory leave such ones out.
    private readonly NeuroglancerLink _neuroglancer = new(volume, hasViewer ? $"{server}/viewer/?" : NeuroglancerLink.Public);

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

    /// <summary>Link to vizarr, a page on the internet; null where the URL has a token in it, since its server would be sent it.</summary>
    public string? VizarrLink => Redaction.Of(server) == server ? Vizarr + Uri.EscapeDataString(WholeUrl) : null;

    /// <summary>The picture of it, for people and scripts.</summary>
    public string PictureUrl => $"{server}/{Uri.EscapeDataString(volume.Name)}/preview.png";

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

    /// <summary>What to type.</summary>
    public IEnumerable<ClientLine> Lines
    {
        get
        {
            VolumeShape shape = volume.Shape;
            string leading = string.Concat(Enumerable.Repeat("0, ", (shape.T > 1 ? 1 : 0) + (shape.C > 1 ? 1 : 0)));
            yield return new("neuroglancer2", "Neuroglancer source, OME-Zarr 0.4", $"{Zarr2Url}/|zarr2:", Part);
            yield return new("neuroglancer3", "Neuroglancer source, OME-Zarr 0.5", $"{Zarr3Url}/|zarr3:");
            yield return new("napari", "napari", $"napari --plugin napari-ome-zarr {Quote(WholeUrl)}");
            yield return new("zarr2", "zarr-python 2", $"import zarr; v = zarr.open(\"{Zarr2Url}\", mode=\"r\")[\"0\"]; print(v[0, 0])  # {shape with { T = 1, C = 1 }}", Part);
            yield return new("zarr3", "zarr-python 3", $"import zarr; v = zarr.open(\"{Zarr3Url}\", mode=\"r\")[\"0\"]; print(v[{leading}0, 0])  # {shape}");
            yield return new("dask", "dask", $"import dask.array as da; v = da.from_zarr(\"{Zarr2Url}/0\"); print(v[0].mean().compute())", Part);
            yield return Khartes();
            yield return new("rclone", "rclone", $"rclone copy {Quote($":http:{volume.Name}.zarr")} {Quote($"./{volume.Name}.zarr")} --http-url {Quote(server + "/")}", "copies all levels");
            yield return new("webdav", "rclone, WebDAV", $"rclone copy {Quote($":webdav:{volume.Name}.ome.zarr")} {Quote($"./{volume.Name}.ome.zarr")} --webdav-url {Quote(server + "/")}", $"other programs mount {server}/");
            yield return new("s3", "aws, S3", $"aws s3 sync {Quote($"s3://{S3Door.Bucket}/{volume.Name}.zarr")} {Quote($"./{volume.Name}.zarr")} --endpoint-url {Quote(server + "/s3")} --no-sign-request", "with a key, leave --no-sign-request out");
            yield return new("curl", "curl", $"curl -O {Quote($"{Zarr2Url}/0/.zarray")}", "any file of the tree");
            yield return new("picture", "A slice as PNG", $"curl -o slice.png {Quote($"{PictureUrl}?axis=z&index=0&level={volume.Levels.Count - 1}")}", "axis, index, level, channel, time, size");
        }
    }

    /// <summary>All axes there are.</summary>
    private string WholeUrl => Part is null ? Zarr2Url : Zarr3Url;

    /// <summary>It and its like open directories only.</summary>
    private ClientLine Khartes()
    {
        if (volume.MountPath is { } path) return new("khartes", "khartes, VC3D", $"{path.TrimEnd('/')}/{volume.Name}.zarr", "File > Import Zarr..., and choose this directory");
        return volume.SourcePath.Contains('/', StringComparison.Ordinal)
            ? new("khartes", "khartes, VC3D", $"zarrfs mount {Quote(volume.SourcePath)} MOUNTPOINT", "they open directories: mount it, or start with --mount")
            : new("khartes", "khartes, VC3D", $"rclone mount :http: MOUNTPOINT --http-url {Quote(server + "/")} --read-only", $"they open directories: then MOUNTPOINT/{volume.Name}.zarr");
    }

    /// <summary>For a POSIX shell.</summary>
    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''")}'";
}
