using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;

namespace ZarrFs.Host.Commands;

/// <summary>Keeps what is written apart from what it is made from, and from what is shown: writing or overwriting it must never touch its source.</summary>
internal static class Separation
{
    /// <summary>Refuses a store that is its source, holds it, or lies in one that is a Zarr directory itself; among slices it may lie.</summary>
    /// <exception cref="OptionException">It does; names both.</exception>
    public static void Check(ISource source, string store) =>
        Check(source, store, "OUT.zarr", "name another directory (levels are added to a store with --first-new-level or --rebuild)");

    /// <summary>Refuses the directory of a disk cache where a store would be refused.</summary>
    /// <exception cref="OptionException">Names both.</exception>
    public static void CheckCache(ISource source, string cache) => Check(source, cache, "--cache", "give a directory of its own");

    /// <summary>Refuses a mountpoint in a disk cache, and a cache in a mountpoint: the program would ask itself for its own files.</summary>
    /// <exception cref="OptionException">Names both.</exception>
    public static void CheckMount(string mountPoint, string cache)
    {
        string mount = Real(mountPoint), to = Real(cache);
        string? how = mount == to ? "is the mountpoint itself"
            : IsBelow(mount, to) ? $"holds the mountpoint {mountPoint}"
            : IsBelow(to, mount) ? $"lies in the mountpoint {mountPoint}"
            : null;
        if (how is not null) throw new OptionException("--cache", $"{cache} {how}; give a directory of its own");
    }

    private static void Check(ISource source, string store, string option, string advice)
    {
        string from = Real(source.Path), to = Real(store);
        string? how = from == to ? "is the source itself"
            : IsBelow(from, to) ? $"holds the source {source.Path}"
            : source.Kind == "zarr" && IsBelow(to, from) ? $"lies in the source {source.Path}"
            : null;
        if (how is not null) throw new OptionException(option, $"{store} {how}; {advice}");
    }

    private static bool IsBelow(string path, string directory) => path.StartsWith(Path.TrimEndingDirectorySeparator(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path without links, as far as there is something.</summary>
    private static string Real(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent) return full;
        FileSystemInfo entry = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
        // A link's target may have links on its way in turn.
        if (entry.LinkTarget is not null && entry.ResolveLinkTarget(returnFinalTarget: true) is { } target) return Real(target.FullName);
        return Path.Combine(Real(parent), Path.GetFileName(full));
    }
}
