namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Tells a Zarr store from a directory of other things, by all names in it.</summary>
internal static class StoreContents
{
    private static readonly string[] Roots = [".zgroup", ".zarray", ".zattrs", "zarr.json"];

    private static readonly string[] Documents = [.. Roots, ".zmetadata", "meta.json"];

    /// <summary>True if the directory is a Zarr group or array.</summary>
    public static bool IsNode(string directory) => Roots.Any(name => File.Exists(Path.Combine(directory, name)));

    /// <summary>True for the name of a metadata document.</summary>
    public static bool IsDocument(string name) => Documents.Contains(name);

    /// <summary>The first thing below a directory that no Zarr store has; null if all of it could be one's. Links are foreign: they lead elsewhere.</summary>
    /// <param name="directory">A store's directory, or one of an unfinished store.</param>
    public static string? FirstForeign(string directory)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (entry.Name == StorePaths.Name && entry is DirectoryInfo { LinkTarget: null }) continue; // nothing but ours is ever in it
            if (entry.LinkTarget is not null) return entry.FullName;
            if (entry is DirectoryInfo)
            {
                if (!IsKey(entry.Name) && !IsNode(entry.FullName)) return entry.FullName;
                if (FirstForeign(entry.FullName) is { } foreign) return foreign;
            }
            else if (!IsDocument(entry.Name) && !IsKey(entry.Name))
            {
                return entry.FullName;
            }
        }

        return null;
    }

    /// <summary>True for a chunk's key or a part of one: <c>12</c>, <c>0.1.2</c>, <c>c</c>, <c>c.0.1</c>.</summary>
    private static bool IsKey(string name)
    {
        ReadOnlySpan<char> key = name;
        if (key is "c") return true;
        if (key.StartsWith("c.")) key = key[2..];
        foreach (Range part in key.Split('.'))
        {
            if (key[part].IsEmpty || key[part].ContainsAnyExceptInRange('0', '9')) return false;
        }

        return true;
    }
}
