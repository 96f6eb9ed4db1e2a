using System.Text.Json;
using System.Text.RegularExpressions;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>
/// Volumes of several kinds served by one process, and each opened in the built-in Neuroglancer as people do, with a click on the start page: looked at once for
/// all tests, since starting a browser takes longer than looking.
/// </summary>
public sealed partial class ViewerSightings : IDisposable
{
    /// <summary>By name: type, option for the size of its voxels, and what that must come to along x, y, z.</summary>
    internal static readonly Dictionary<string, (DataType Type, string VoxelSize, double[] Scales, string Unit)> Odd = new(StringComparer.Ordinal)
    {
        ["bytes"] = (DataType.UInt8, "", [1, 1, 1], ""),
        ["words 7.91"] = (DataType.UInt16, "7.91", [7.91e-6, 7.91e-6, 7.91e-6], "m"),
        ["floats"] = (DataType.Float32, "2,1,0.5um", [0.5e-6, 1e-6, 2e-6], "m"),
        [Labels] = (DataType.UInt16, "", [1, 1, 1], ""),
    };

    /// <summary>Shown as labels.</summary>
    internal const string Labels = "labels";

    /// <summary>Two channels and three time points, of which the v2 root shows these.</summary>
    internal const string Cells = "cells";
    internal const int Channel = 1, Time = 2;

    /// <summary>The root that is looked at once more by somebody who has only a link with a token to it.</summary>
    internal const string Shared = "bytes.ome.zarr";

    private static readonly string[] Roots = ["zarr", "ome.zarr"];

    private readonly Workspace _workspace = new();
    private readonly Lazy<ZarrFsProcess> _process;
    private readonly Lazy<Dictionary<string, NeuroglancerSighting>> _sightings;
    private ZarrFsProcess? _sharing;

    public ViewerSightings()
    {
        _process = new Lazy<ZarrFsProcess>(Start);
        _sightings = new Lazy<Dictionary<string, NeuroglancerSighting>>(Look);
    }

    /// <summary>Corners, edges of chunks, and in between.</summary>
    internal static IReadOnlyList<int[]> Positions { get; } =
        [[0, 0, 0], [OddVolume.X / 2, OddVolume.Y / 2, OddVolume.Z / 2], [31, 32, 33], [64, 3, 31], [OddVolume.X - 1, OddVolume.Y - 1, OddVolume.Z - 1]];

    /// <summary>What a root (NAME.zarr, NAME.ome.zarr) showed.</summary>
    internal NeuroglancerSighting At(string root) => _sightings.Value[root];

    /// <summary>What <see cref="Shared"/> showed behind a token; paths of answers follow it.</summary>
    internal NeuroglancerSighting BehindToken => _sightings.Value[""];

    public void Dispose()
    {
        if (_process.IsValueCreated) _process.Value.Dispose();
        _sharing?.Dispose();
        _workspace.Dispose();
    }

    private Dictionary<string, NeuroglancerSighting> Look()
    {
        List<(string Key, object View)> wanted = [];
        foreach ((string name, (DataType type, _, _, _)) in Odd)
        {
            foreach (string root in Roots) Want(_process.Value.Address, $"{name}.{root}", Voxels(type));
        }

        Want(_process.Value.Address, $"{Cells}.zarr", NeuroglancerSightings.HyperstackVoxels("zarr2"));
        Want(_process.Value.Address, $"{Cells}.ome.zarr", NeuroglancerSightings.HyperstackVoxels("zarr3"));
        Want(Share(), Shared, Voxels(DataType.UInt8), key: "");
        NeuroglancerSighting[] sightings = NeuroglancerSighting.See(_workspace.Folder("profile"), wanted.Select(view => view.View));
        return wanted.Zip(sightings).ToDictionary(pair => pair.First.Key, pair => pair.Second, StringComparer.Ordinal);

        void Want(string server, string root, IEnumerable<object> voxels, string? key = null) => wanted.Add((key ?? root, new { server, root, voxels }));

        static IEnumerable<object> Voxels(DataType type) => Positions.Select(at => new { at, value = OddVolume.Voxel(type, at[0], at[1], at[2]) });
    }

    /// <summary>Serves a volume to those with a token only.</summary>
    /// <returns>What such a one opens, without a slash at its end.</returns>
    private string Share()
    {
        string file = _workspace.At("tokens.json");
        Tool made = ZarrFsProcess.Run("token", "create", "--token-file", file, "--url", "http://there").Expect();
        string path = TokenPath().Match(made.Output).Value;
        _sharing = ZarrFsProcess.Start("serve", _workspace.At("bytes.tif"), "--name", "bytes", "--chunk-size", "32", "--token-file", file, "--listen", "127.0.0.1:0");
        return _sharing.Address + path;
    }

    private ZarrFsProcess Start()
    {
        List<Dictionary<string, string>> volumes = [];
        foreach ((string name, (DataType type, string voxelSize, _, _)) in Odd)
        {
            volumes.Add(new(StringComparer.Ordinal)
            {
                ["source"] = OddVolume.Write(_workspace.At($"{name}.tif"), type), ["name"] = name, ["voxelSize"] = voxelSize, ["chunkSize"] = "32",
                ["downsample"] = name == Labels ? "mode" : "mean",
            });
        }

        volumes.Add(new(StringComparer.Ordinal)
        {
            ["source"] = Hyperstack.Write(_workspace.At($"{Cells}.tif")), ["name"] = Cells, ["channel"] = $"{Channel}", ["time"] = $"{Time}", ["chunkSize"] = "32",
        });
        string configuration = JsonSerializer.Serialize(new { volumes, http = new { listen = "127.0.0.1:0" }, memory = "256MB" });
        return ZarrFsProcess.Start("run", "--config", _workspace.Write("zarrfs.json", configuration));
    }

    [GeneratedRegex("/t/[A-Za-z0-9_.~-]+", RegexOptions.None, matchTimeoutMilliseconds: 120_000)]
    private static partial Regex TokenPath();
}
