using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <content>How directories go in which nothing is left.</content>
internal sealed partial class CachedVolume
{
    /// <summary>True if no chunk is known, not even one that is all fill.</summary>
    public bool IsBare => Enumerable.Range(0, _layout.Levels).All(level => _index.Known(level) == 0);

    /// <summary>
    /// Deletes the volume's directory and its index, if no chunk has a file any more, nobody's file is in it, and no process shows the volume. With
    /// it goes what is known of chunks that are all fill. To be called for a volume that is not shown here; it is not loaded then.
    /// </summary>
    /// <returns>False if something of it is there still.</returns>
    public bool TryDrop()
    {
        using FileLock? closed = _directory.TryCloseVolumes();
        if (closed is null) return false;
        using FileLock? index = FileLock.TryTake(_index.Path, exclusive: true);
        if (index is null) return false;
        try
        {
            Unload();
            Load(); // as it is now that nobody can add to it
            if (_index.Where(static (key, entry) => !key.IsDocument && entry is { IsPlaced: true, IsEmpty: false }).Count > 0) return false;
            Delete([.. _index.Keys().Where(static key => !key.IsDocument)]);
            _documents.Settle(); // those that somebody has changed are his
            return IsBare && TryDeleteRest();
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            return false; // it takes room, and no more
        }
        finally
        {
            Unload();
        }
    }

    /// <summary>Deletes a directory, and those around it, for as long as nothing is in them. Whoever is putting a file there makes them anew.</summary>
    private void DeleteEmpty(string folder)
    {
        while (folder != _root && CacheFiles.TryDeleteEmpty(folder)) folder = Path.GetDirectoryName(folder)!;
    }

    /// <summary>Deletes what is left where there are no chunks. The layout goes last: by it a volume is found if this is ended by a kill.</summary>
    private bool TryDeleteRest()
    {
        string[] own = [Adoption.ManifestFile, IndexLog.FileNameOfNew, CacheDirectory.IndexFile, CacheDirectory.LayoutFile];
        if (Directory.EnumerateFileSystemEntries(_inside).Any(path => !own.Contains(Path.GetFileName(path)))) return false;
        foreach (FileSystemInfo entry in new DirectoryInfo(_root).EnumerateFileSystemInfos())
        {
            if (entry.Name != CacheDirectory.Own && !TryDeleteFolders(entry)) return false;
        }

        return own.All(name => CacheFiles.TryDelete(Path.Combine(_inside, name))) && CacheFiles.TryDeleteEmpty(_inside) && CacheFiles.TryDeleteEmpty(_root);
    }

    /// <summary>Deletes a directory in which there are only directories, and so on; false for anything else, and for a link.</summary>
    private static bool TryDeleteFolders(FileSystemInfo folder) =>
        folder is DirectoryInfo { LinkTarget: null } directory && directory.EnumerateFileSystemInfos().All(TryDeleteFolders)
        && CacheFiles.TryDeleteEmpty(directory.FullName);
}
