using System.Security.Cryptography;
using System.Text.Json;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>A cache with everything is opened by other people's readers, as it lies there.</summary>
public sealed class ZarritaTests : IDisposable
{
    private readonly CacheRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [ClientFact(Needs.Node)]
    public void Zarrita_reads_every_voxel_of_a_whole_cache()
    {
        using DiskCache cache = _rig.Open();
        _rig.PutAll(cache);
        using var workspace = new Workspace();
        string name = Path.GetFileName(_rig.VolumeDirectory)[..^".ome.zarr".Length];
        long[][] shapes = [.. _rig.Multiscale.Levels.Select(level => (long[])[level.Shape.Z, level.Shape.Y, level.Shape.X])];
        var facts = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [name] = new
            {
                axes = (string[])["z", "y", "x"], dtype = "uint16", chunk = (int[])[16, 16, 16], shapes, allShapes = shapes,
                allSha256 = shapes.Select((_, level) => Convert.ToHexStringLower(SHA256.HashData(_rig.Oracle.Level(level)))).ToArray(),
            },
        };
        workspace.Write("volumes.json", JsonSerializer.Serialize(facts));
        Tool read = Script.RunNode("read_with_zarrita", new { root = _rig.Directory, workspace = workspace.Root, roots = (string[])["v3"] });
        Assert.Equal($"{{\"{name}\":null}}", read.Output.Trim());
    }
}
