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
            AddRoot(volume, volume.Name + ".zarr", [".zattrs", ".zgroup", ".zmetadata", "meta.json"], [".zarray", ".zattrs"], "");
            AddRoot(volume, volume.Name + ".ome.zarr", ["zarr.json"], ["zarr.json"], "c/");
        }
    }

    public Dictionary<string, long?> Paths { get; } = new(StringComparer.Ordinal);

    public IEnumerable<string> Children(string directory) =>
        Paths.Keys.Where(path => path.Length > 0 && Directory(path) == directory).Select(path => path[(path.LastIndexOf('/') + 1)..]);

    public static string Directory(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private void AddRoot(Multiscale volume, string root, string[] groupDocuments, string[] arrayDocuments, string prefix)
    {
        Paths.Add(root, null);
        foreach (string name in groupDocuments) Paths.Add($"{root}/{name}", -1);
        VolumeShape shape = volume.Volume.Shape;
        long[] sizes = [shape.T, shape.C, shape.Z, shape.Y, shape.X];
        long[] chunk = [1, 1, volume.Chunk.Z, volume.Chunk.Y, volume.Chunk.X];
        int first = shape.T > 1 ? 0 : shape.C > 1 ? 1 : 2;
        for (int level = 0; level < volume.Levels.Count; level++)
        {
            Paths.Add($"{root}/{level}", null);
            foreach (string name in arrayDocuments) Paths.Add($"{root}/{level}/{name}", -1);
            if (prefix.Length > 0) Paths.Add($"{root}/{level}/c", null);
            long bytes = chunk[2] * chunk[3] * chunk[4] * volume.Volume.DataType.Size();
            AddKeys($"{root}/{level}/{prefix}", sizes, chunk, first, bytes);
            for (int axis = 2; axis < 5; axis++) sizes[axis] = (sizes[axis] / 2) + (sizes[axis] % 2);
        }
    }

    private void AddKeys(string before, long[] sizes, long[] chunk, int axis, long bytes)
    {
        for (long i = 0; i * chunk[axis] < sizes[axis]; i++)
        {
            Paths.Add($"{before}{i}", axis == 4 ? bytes : null);
            if (axis < 4) AddKeys($"{before}{i}/", sizes, chunk, axis + 1, bytes);
        }
    }
}
