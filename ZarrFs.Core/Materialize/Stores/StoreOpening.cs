using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Journaling;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Decides by what is there whether a store may be begun, continued or replaced, and locks it.</summary>
internal static class StoreOpening
{
    /// <summary>Makes the store's directory ready and takes its lock.</summary>
    /// <returns>The lock, and the journal of the store that is to be continued; null for a new one.</returns>
    /// <exception cref="StoreException">The place is taken; says by what, and what to do.</exception>
    public static (StoreLock Held, JournalContent? Begun) Prepare(StoreTarget target, StorePaths paths, Action<long>? deleted)
    {
        StoreRemoval.DeleteRenamed(paths, deleted);
        if (File.Exists(paths.Store)) throw new StoreException(paths.Store, "is a file; a store is a directory. Give another path");
        if (StoreRemoval.IsLink(paths.Inside))
            throw new StoreException(paths.Inside, $"is a link; expected a directory that is only ever made here. Delete the link and run the same command again");
        if (target.Extends && !StoreContents.IsNode(paths.Store))
            throw new StoreException(paths.Store, "is no Zarr store, so no levels can be added to it; expected .zgroup, .zattrs or zarr.json in it");
        StoreLock? held = null;
        try
        {
            JournalContent? begun = null;
            if (Directory.Exists(paths.Inside))
            {
                held = StoreLock.Take(paths.Store, paths.Lock);
                if (File.Exists(paths.Journal)) begun = Continue(target, paths);
                if (begun is not null) return (held, begun);
            }

            if (target.Extends) CheckLevels(target, paths);
            else if (Directory.Exists(paths.Store)) MakeRoom(target, paths, ref held);
            if (held is null || !Directory.Exists(paths.Inside))
            {
                // The lock, if there was one, has gone away with the store that was there.
                held?.Dispose();
                held = null;
                Directory.CreateDirectory(paths.Inside);
                held = StoreLock.Take(paths.Store, paths.Lock);
                if (File.Exists(paths.Journal) || (!target.Extends && FirstOther(paths) is not null))
                    throw new StoreException(paths.Store, "was written by another process at this moment; run the same command again to see what is there now");
            }

            StoreRemoval.DeleteRenamed(paths, deleted);
            return (held!, null);
        }
        catch (Exception failure)
        {
            held?.Dispose();
            if (StoreFailures.IsFromSystem(failure)) throw StoreFailures.Opening(paths.Store, failure);
            throw;
        }
    }

    /// <summary>The journal if it may be continued; null if the store is to be replaced, and is renamed by now.</summary>
    private static JournalContent? Continue(StoreTarget target, StorePaths paths)
    {
        if (JournalContent.TryRead(paths.Journal) is not { } begun)
        {
            throw new StoreException(
                paths.Journal, $"is damaged, or was written by another version; delete {(target.Extends ? paths.Inside : paths.Store)} and start again");
        }

        List<string> differences = [.. target.Identity.DifferencesFrom(begun.Header.Identity)];
        if (begun.Header.Extends != target.Extends)
            differences.Insert(0, begun.Header.Extends ? "levels were being added to it, now it would be written anew" : "it was being written, now levels would be added");
        if (differences.Count == 0) return begun;
        string found = $"holds an unfinished store that was begun otherwise: {string.Join("; ", differences)}";
        if (begun.Header.Extends || target.Extends)
            throw new StoreException(paths.Store, $"{found}. Run the command that was begun to its end first");
        if (!target.Overwrite)
            throw new StoreException(paths.Store, $"{found}. Run the command that was begun to go on with it, or add --overwrite to begin anew");
        StoreRemoval.MoveAside(paths);
        return null;
    }

    private static void CheckLevels(StoreTarget target, StorePaths paths)
    {
        foreach (string level in target.Levels.OfType<LevelPlace>().Select(static place => place.Directory).Concat(target.Removes))
        {
            string directory = Path.Combine(paths.Store, level);
            if (!Directory.Exists(directory)) continue;
            if (!target.Overwrite) throw new StoreException(directory, "is there already; use --rebuild to make it again");
            if (StoreContents.FirstForeign(directory) is { } foreign)
                throw new StoreException(directory, $"is not replaced or deleted: {foreign} is no part of a Zarr store. Move it away, and run the same command again");
        }

        StoreRemoval.DeleteTree(paths.Levels); // of a run that somebody gave up by deleting its journal
    }

    /// <summary>Accepts an empty directory; renames a store that may be replaced; refuses anything else.</summary>
    private static void MakeRoom(StoreTarget target, StorePaths paths, ref StoreLock? held)
    {
        if (FirstOther(paths) is not { } other) return;
        if (!StoreContents.IsNode(paths.Store))
            throw new StoreException(paths.Store, $"is neither empty nor a Zarr store ({Path.GetFileName(other)} is in it); give another path");

        if (!target.Overwrite)
        {
            // A run that could not do its last step in one was killed in it: the store is whole.
            if (held is not null) StoreRemoval.DeleteTree(paths.Inside);
            throw new StoreException(paths.Store, "is a Zarr store already, and a whole one (zarrfs verify compares it with its source); add --overwrite to delete it and write it anew, or give another path");
        }

        StoreRemoval.CheckRemovable(paths);
        Directory.CreateDirectory(paths.Inside);
        try
        {
            // Two that overwrite the same store at once: only one may rename it.
            held ??= StoreLock.Take(paths.Store, paths.Lock);
            StoreRemoval.MoveAside(paths);
        }
        catch
        {
            if (held is not null) StoreRemoval.DeleteTree(paths.Inside);
            throw;
        }
    }

    private static string? FirstOther(StorePaths paths) =>
        Directory.EnumerateFileSystemEntries(paths.Store).FirstOrDefault(entry => Path.GetFileName(entry) != StorePaths.Name);
}
