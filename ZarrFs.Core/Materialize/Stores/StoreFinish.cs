using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Journaling;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>
/// The last steps of a store whose chunks are all done. Each can be done again, so a kill between any two of them only means that the next run
/// does the rest.
/// </summary>
internal sealed class StoreFinish(StoreTarget target, StorePaths paths, ChunkFiles files, IDiskSync sync)
{
    private bool Durable => target.Durability != Durability.None;

    /// <summary>Puts the metadata in place, and new levels if they were made beside the old ones.</summary>
    /// <param name="documents">The metadata.</param>
    /// <param name="journal">Told before old levels are replaced.</param>
    /// <param name="isSwapping">Whether an earlier run began to replace them.</param>
    public void PutInPlace(IReadOnlyList<StoreDocument> documents, Journal journal, bool isSwapping)
    {
        // Old levels are given up for new ones: whatever was asked for, those must be safe first. Also with each: an earlier run may have had none.
        if (Durable || target.Extends) ForceAll(journal);
        if (!target.Extends)
        {
            Put(documents, paths.Store);
            return;
        }

        if (!isSwapping)
        {
            Put(documents.Where(IsOfLevel), paths.Levels);
            ForceAll(journal);
            journal.Append(Journal.Swapping, durable: true);
        }

        Swap();
        Put(documents.Where(document => !IsOfLevel(document)), paths.Store);
    }

    /// <summary>Deletes everything that is not the store's.</summary>
    public void CleanUp(StoreLock held)
    {
        StoreRemoval.DeleteTree(paths.Temporary);
        StoreRemoval.DeleteTree(paths.Levels);
        StoreRemoval.DeleteTree(paths.Replaced);
        try
        {
            // In one step: before it the store is unfinished, after it it is nothing but a store.
            StoreRemoval.Rename(paths.Inside, paths);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            // The store may be a file system of its own, or the directory it is in not ours to write.
            File.Delete(paths.Journal);
            held.Delete();
            StoreRemoval.DeleteTree(paths.Inside);
        }

        if (Durable) sync.Directory(paths.Store);
        try
        {
            StoreRemoval.DeleteRenamed(paths, deleted: null);
        }
        catch (StoreException)
        {
            // The store is finished and whole. What is left beside it is deleted when the same place is written next.
        }
    }

    private void ForceAll(Journal journal)
    {
        try
        {
            sync.FileSystem();
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            journal.Lose(failure);
            throw;
        }
    }

    private bool IsOfLevel(StoreDocument document) =>
        target.Levels.Any(place => place is not null && document.Path.StartsWith(place.Directory + "/", StringComparison.Ordinal));

    private void Put(IEnumerable<StoreDocument> documents, string root)
    {
        HashSet<string> directories = [];
        foreach (StoreDocument document in documents)
        {
            string path = Path.Combine(root, document.Path);
            files.Put(path, document.Content, document.Content.Length, Durable);
            directories.Add(Path.GetDirectoryName(path)!);
        }

        if (!Durable) return;
        foreach (string directory in directories) sync.Directory(directory);
    }

    private void Swap()
    {
        foreach (string level in target.Removes) Replace(level, null);
        foreach (LevelPlace? place in target.Levels)
        {
            if (place is null) continue;
            string made = Path.Combine(paths.Levels, place.Directory);
            if (Directory.Exists(made)) Replace(place.Directory, made); // else an earlier run has done it
        }

        sync.FileSystem();
    }

    private void Replace(string level, string? made)
    {
        string current = Path.Combine(paths.Store, level);
        string replaced = Path.Combine(paths.Replaced, level);
        if (Directory.Exists(current))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(replaced)!);
            Directory.Move(current, replaced);
        }

        if (made is null) return;
        Directory.CreateDirectory(Path.GetDirectoryName(current)!); // of a level like scale3/image
        Directory.Move(made, current);
    }
}
