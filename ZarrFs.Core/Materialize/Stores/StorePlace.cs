using ZarrFs.Core.Materialize.Journaling;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>What is at the place of a store before anything is written: looked at, not touched.</summary>
public static class StorePlace
{
    /// <summary>What stands in the way of a target and makes its opening fail, for people; null if nothing does.</summary>
    /// <exception cref="IOException">The place cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static string? Obstacle(StoreTarget target)
    {
        var paths = new StorePaths(target.Path);
        if (File.Exists(paths.Journal))
        {
            if (JournalContent.TryRead(paths.Journal) is not { } begun) return $"{paths.Journal} is damaged, or was written by another version";
            bool mayReplace = target.Overwrite && !target.Extends && !begun.Header.Extends;
            IReadOnlyList<string> differences = target.Identity.DifferencesFrom(begun.Header.Identity);
            bool isSame = differences.Count == 0 && begun.Header.Extends == target.Extends;
            return mayReplace || isSame ? null : $"an unfinished store is there that was begun otherwise: {string.Join("; ", differences)}";
        }

        if (target.Extends || !Directory.Exists(paths.Store)) return null;
        if (Directory.EnumerateFileSystemEntries(paths.Store).All(static entry => Path.GetFileName(entry) == StorePaths.Name)) return null;
        if (!StoreContents.IsNode(paths.Store)) return "what is there is neither empty nor a Zarr store";
        return target.Overwrite ? null : "a Zarr store is there already, and --overwrite is not given";
    }
}
