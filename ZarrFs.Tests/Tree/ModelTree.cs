using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Tree;

/// <summary>
/// What should be in the tree, as a plain dictionary of paths made from shapes and chunk sizes alone: null for a directory, the size for a
/// chunk, -1 for a document.
/// </summary>
internal sealed class ModelTree
{
    public ModelTree(params IEnumerable<Multiscale> volumes)
    {
        Paths[""] = null;
        foreach (Multiscale volume in volumes)
        {
            AddRoot(volume, volume.Name + ".zarr", [".zattrs", ".zgroup", ".zmetadata", "meta.json"], [".zarray", ".zattrs"], "", isSpatial: true);
            AddRoot(volume, volume.Name + ".ome.zarr", ["zarr.json"], ["zarr.json"], "c/", isSpatial: false);
        }
    }

    public Dictionary<string, long?> Paths { get; } = new(StringComparer.Ordinal);

    public IEnumerable<string> Children(string directory) =>
        Paths.Keys.Where(path => path.Length > 0 && Directory(path) == directory).Select(path => path[(path.LastIndexOf('/') + 1)..]);

    public static string Directory(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private void AddRoot(Multiscale volume, string root, string[] groupDocuments, string[] arrayDocuments, string prefix, bool isSpatial)
    {
        Paths.Add(root, null);
        foreach (string name in groupDocuments) Paths.Add($"{root}/{name}", -1);
        VolumeShape shape = volume.Volume.Shape;
        long[] sizes = [shape.T, shape.C, shape.Z, shape.Y, shape.X];
        long[] chunk = [1, 1, volume.Chunk.Z, volume.Chunk.Y, volume.Chunk.X];
        int[] axes = isSpatial ? [2, 3, 4] : [.. Enumerable.Range(0, 5).Where(axis => axis >= 2 || sizes[axis] > 1)];
        for (int level = 0; level < volume.Levels.Count; level++)
        {
            Paths.Add($"{root}/{level}", null);
            foreach (string name in arrayDocuments) Paths.Add($"{root}/{level}/{name}", -1);
            if (prefix.Length > 0) Paths.Add($"{root}/{level}/c", null);
            long bytes = chunk[2] * chunk[3] * chunk[4] * volume.Volume.DataType.Size();
            AddKeys($"{root}/{level}/{prefix}", sizes, chunk, axes, bytes);
            for (int axis = 2; axis < 5; axis++) sizes[axis] = (sizes[axis] / 2) + (sizes[axis] % 2);
        }
    }

    private void AddKeys(string before, long[] sizes, long[] chunk, ReadOnlySpan<int> axes, long bytes)
    {
        for (long i = 0; i * chunk[axes[0]] < sizes[axes[0]]; i++)
        {
            Paths.Add($"{before}{i}", axes.Length == 1 ? bytes : null);
            if (axes.Length > 1) AddKeys($"{before}{i}/", sizes, chunk, axes[1..], bytes);
        }
    }
}
