using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>
/// The same slices served by two processes with different voxel sizes, and a hyperstack by a third, and Neuroglancer at each of the links on
/// their start pages: looked at once for all tests, since starting a browser takes longer than looking.
/// </summary>
public sealed partial class NeuroglancerSightings : IDisposable
{
    /// <summary>By name of a volume, the option that is given for it and what it must come to, in metres along x, y, z.</summary>
    internal static readonly Dictionary<string, (string Option, double[] Meters)> VoxelSizes = new(StringComparer.Ordinal)
    {
        ["scroll 7.91"] = ("7.91", [7.91e-6, 7.91e-6, 7.91e-6]),
        ["flat"] = ("2,1,1um", [1e-6, 1e-6, 2e-6]),
    };

    /// <summary>A volume with channels and time, and which of them the v2 root shows.</summary>
    internal const string HyperstackName = "cells";
    internal const int Channel = 1, Time = 2;

    /// <summary>Voxels a pixel.</summary>
    private const double FarScale = 16;

    private readonly Workspace _workspace = new();
    private readonly List<ZarrFsProcess> _processes = [];
    private readonly Dictionary<(string Volume, string Format), JsonNode> _links = [];
    private readonly Lazy<Dictionary<(string Volume, string Format, bool ZoomedOut), NeuroglancerSighting>> _sightings;

    public NeuroglancerSightings() => _sightings = new(Look);

    /// <summary>What it must have where, at the link as it is.</summary>
    internal static IReadOnlyList<Expectation> Voxels { get; } =
    [
        Expectation.OfLevel0(0, 0, 0),
        Expectation.OfLevel0(RampVolume.X / 2, RampVolume.Y / 2, RampVolume.Z / 2),
        Expectation.OfLevel0(31, 32, 33),
        Expectation.OfLevel0(200, 3, 97),
        Expectation.OfLevel0(RampVolume.X - 1, RampVolume.Y - 1, RampVolume.Z - 1),
    ];

    /// <summary>
    /// What it must have where, zoomed out so far that it shows the coarsest level. A voxel of that is made from 8×8×8, and in v3 it lies
    /// exactly over them. The metadata of v2 has no translation: there its centre lies on the first of them, and the last belong to the next.
    /// </summary>
    internal static IReadOnlyList<Expectation> CoarseVoxels(string format)
    {
        int next = format == "zarr2" ? 1 : 0;
        return
        [
            new([(8 * 20) + 2, (8 * 3) + 2, (8 * 9) + 2], RampVolume.Voxel(RampVolume.CoarsestLevel, 20, 3, 9)),
            new([(8 * 4) + 6, (8 * 15) + 6, (8 * 7) + 6], RampVolume.Voxel(RampVolume.CoarsestLevel, 4 + next, 15 + next, 7 + next)),
        ];
    }

    /// <summary>Of the hyperstack: in v3 at any time, each layer a channel; in v2 the chosen ones.</summary>
    internal static IReadOnlyList<Expectation> HyperstackVoxels(string format) =>
        format == "zarr2"
            ? [new([3, 4, 5], Hyperstack.Voxel(Time, Channel, 5, 4, 3)), new([49, 39, 11], Hyperstack.Voxel(Time, Channel, 11, 39, 49))]
            :
            [
                .. from t in Enumerable.Range(0, Hyperstack.T)
                   from c in Enumerable.Range(0, Hyperstack.C)
                   select new Expectation([3 + t, 4 + c, 5, t], Hyperstack.Voxel(t, c, 5, 4 + c, 3 + t)) { Layer = c },
            ];

    /// <summary>The state in a link.</summary>
    internal JsonNode Link(string volume, string format) => _links[(volume, format)];

    /// <summary>What a link showed.</summary>
    internal NeuroglancerSighting At(string volume, string format) => _sightings.Value[(volume, format, false)];

    /// <summary>What it showed zoomed out from the beginning: chunks that are there once are shown however coarse a level would do.</summary>
    internal NeuroglancerSighting ZoomedOut(string volume, string format) => _sightings.Value[(volume, format, true)];

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        _workspace.Dispose();
    }

    private Dictionary<(string Volume, string Format, bool ZoomedOut), NeuroglancerSighting> Look()
    {
        string slices = _workspace.Folder("slices");
        RampVolume.Write(slices);
        List<(string Volume, string Format, bool ZoomedOut)> keys = [];
        List<object> views = [];
        foreach ((string volume, (string option, _)) in VoxelSizes)
        {
            var process = ZarrFsProcess.Start(
                "serve", slices, "--name", volume, "--voxel-size", option, "--chunk-size", $"{RampVolume.ChunkSize}", "--memory", "256MB", "--listen", "127.0.0.1:0");
            _processes.Add(process);
            foreach (string fragment in Fragments(process.Address))
            {
                JsonNode state = JsonNode.Parse(Uri.UnescapeDataString(fragment["#!".Length..]))!;
                string source = (string)state["layers"]![0]!["source"]!;
                string format = source[(source.LastIndexOf('|') + 1)..].TrimEnd(':');
                _links[(volume, format)] = state.DeepClone();
                keys.Add((volume, format, false));
                views.Add(new { server = process.Address, fragment, voxels = Voxels });

                state["crossSectionScale"] = FarScale;
                keys.Add((volume, format, true));
                views.Add(new { server = process.Address, fragment = $"#!{Uri.EscapeDataString(state.ToJsonString())}", voxels = CoarseVoxels(format) });
            }
        }

        var cells = ZarrFsProcess.Start(
            "serve", Hyperstack.Write(_workspace.At("cells.tif")), "--name", HyperstackName, "--channel", $"{Channel}", "--time", $"{Time}", "--memory", "256MB",
            "--chunk-size", $"{RampVolume.ChunkSize}", "--listen", "127.0.0.1:0");
        _processes.Add(cells);
        foreach (string fragment in Fragments(cells.Address))
        {
            string format = fragment.Contains("zarr3", StringComparison.Ordinal) ? "zarr3" : "zarr2";
            keys.Add((HyperstackName, format, false));
            views.Add(new { server = cells.Address, fragment, voxels = HyperstackVoxels(format) });
        }

        NeuroglancerSighting[] sightings = NeuroglancerSighting.See(_workspace.Folder("profile"), views);
        return keys.Zip(sightings).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>The links as the start page has them, without the address of Neuroglancer: <c>#!</c> and a state.</summary>
    private static List<string> Fragments(string address)
    {
        using var client = new HttpClient();
        string page = client.GetStringAsync(new Uri(address)).GetAwaiter().GetResult();
        return [.. Links().Matches(page).Select(match => WebUtility.HtmlDecode(match.Groups["fragment"].Value))];
    }

    [GeneratedRegex("<a href=\"[^\"#]*(?<fragment>#![^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 120_000)]
    private static partial Regex Links();

    /// <summary>A position along x, y, z (and t), in voxels of level 0, and the value there.</summary>
    internal sealed record Expectation(int[] At, double Value)
    {
        /// <summary>Which layer it is read from.</summary>
        public int Layer { get; init; }

        public static Expectation OfLevel0(int x, int y, int z) => new([x, y, z], RampVolume.Voxel(0, x, y, z));
    }
}
