using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>
/// Deletes a store: renamed at once, so its place is free whatever happens then, and deleted file by file. What a kill leaves of it is deleted
/// when the store's place is opened next.
/// </summary>
internal static class StoreRemoval
{
    private const int ReportEvery = 256;

    /// <exception cref="StoreException">What is there is not a store and nothing else.</exception>
    public static void CheckRemovable(StorePaths paths)
    {
        if (new DirectoryInfo(paths.Store).LinkTarget is { } target)
            throw new StoreException(paths.Store, $"is a link to {target}; --overwrite deletes no link's target. Give that path itself");
        if (StoreContents.FirstForeign(paths.Store) is { } foreign)
            throw new StoreException(paths.Store, $"is not deleted: {foreign} is no part of a Zarr store. Move it away, or give another path");
    }

    /// <summary>Renames a store, if it is one and nothing else.</summary>
    /// <exception cref="StoreException">Something in it is not a store's, or it cannot be renamed.</exception>
    public static void MoveAside(StorePaths paths)
    {
        try
        {
            CheckRemovable(paths);
            Rename(paths.Store, paths);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            throw new StoreException(
                paths.Store, $"cannot be renamed in order to delete it ({StoreFailures.Reason(failure)}); empty it yourself, or give another path", failure);
        }
    }

    /// <summary>Gives a directory a name by which <see cref="DeleteRenamed"/> knows it.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static void Rename(string directory, StorePaths paths) =>
        Directory.Move(directory, Path.Combine(paths.Parent, paths.DeletingPrefix + Guid.NewGuid().ToString("N")[..8]));

    /// <summary>Deletes all that was renamed in order to delete it, now or in a run that was killed.</summary>
    /// <param name="paths">The store's place.</param>
    /// <param name="deleted">Told from time to time how many files are deleted.</param>
    /// <exception cref="StoreException">Something could not be deleted.</exception>
    public static void DeleteRenamed(StorePaths paths, Action<long>? deleted)
    {
        if (!Directory.Exists(paths.Parent)) return;
        try
        {
            long count = 0;
            foreach (string old in Directory.EnumerateDirectories(paths.Parent, paths.DeletingPrefix + "*"))
            {
                if (IsLink(old)) continue; // what we rename never is one
                DeleteTree(old, () =>
                {
                    if (++count % ReportEvery == 0) deleted?.Invoke(count);
                });
            }

            if (count > 0) deleted?.Invoke(count);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            throw new StoreException(paths.Parent, $"a store that was overwritten cannot be deleted ({failure.Message}); delete it yourself", failure);
        }
    }

    /// <summary>True if the last name of a path is a link's.</summary>
    public static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    /// <summary>Deletes a directory with all in it; links, not what they lead to, also where the directory itself is one.</summary>
    public static void DeleteTree(string directory, Action? deleted = null)
    {
        try
        {
            if (IsLink(directory))
            {
                File.Delete(directory);
                return;
            }

            foreach (FileSystemInfo entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
            {
                if (entry is DirectoryInfo { LinkTarget: null })
                {
                    DeleteTree(entry.FullName, deleted);
                }
                else
                {
                    File.Delete(entry.FullName);
                    deleted?.Invoke();
                }
            }

            Directory.Delete(directory);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already: another process may clean up the same.
        }
    }
}
