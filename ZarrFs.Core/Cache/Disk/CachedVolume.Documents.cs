using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <content>The metadata documents that say that a level is whole.</content>
internal sealed partial class CachedVolume
{
    /// <summary>True if all chunks of a level are known.</summary>
    public bool IsComplete(int level) => _index.IsComplete(level);

    /// <summary>The checksum of a metadata document that is in place; null if none is.</summary>
    public ulong? ChecksumOf(DiskKey document) => _index.TryGet(document, out IndexEntry entry) && entry.IsPlaced ? entry.Checksum : null;

    /// <summary>Puts a metadata document in place, with all that it speaks of on the disk before.</summary>
    /// <param name="document">Which.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="isDue">Asked again when it is there: another process may be deleting chunks.</param>
    public void PutDocument(DiskKey document, byte[] content, Func<bool> isDue)
    {
        // In this order: one of ours that is just being taken away is no longer due.
        bool isTaken = !_index.TryGet(document, out _) && Path.Exists(PathOf(document)) && !Has(document, content, out _);
        if (!isDue()) return;
        if (isTaken) Trouble.Foreign(PathOf(document));
        else if (Trouble.MayWrite && HasFiles(document) && TrySync()) TryPut(document, content, static () => true, isDue);
    }

    /// <summary>Deletes a metadata document, if it is the one that was put there.</summary>
    public void DeleteDocument(DiskKey document)
    {
        if (!_index.TryGet(document, out IndexEntry entry)) return;
        try
        {
            using SafeFileHandle? file = CacheFiles.TryOpen(PathOf(document));
            if (file is null || CacheFiles.HasChecksum(file, entry.Checksum)) DeleteBatch([document]);
            else _index.Drop([(document, entry.Id)]);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.ReadFailed();
        }
    }

    /// <summary>True if the files of all chunks of a document's level have their names; what the index says of those that have not is forgotten.</summary>
    private bool HasFiles(DiskKey document)
    {
        var gone = new List<(DiskKey Key, ulong Id)>();
        string? folder = null;
        HashSet<string> names = [];
        List<(DiskKey Key, IndexEntry Entry)> files =
            _index.Where((key, entry) => key.Level == document.Level && !key.IsDocument && entry is { IsPlaced: true, IsEmpty: false });
        try
        {
            foreach ((DiskKey key, IndexEntry entry) in files.OrderBy(static file => file.Key.Value))
            {
                string path = PathOf(key), its = Path.GetDirectoryName(path)!;
                if (its != folder) (folder, names) = (its, NamesIn(its));
                if (!names.Contains(Path.GetFileName(path))) gone.Add((key, entry.Id));
            }
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.ReadFailed();
            return false;
        }

        _index.Drop(gone);
        return gone.Count == 0;
    }

    private static HashSet<string> NamesIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Select(static path => Path.GetFileName(path))];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // it goes with its last file
        }
    }
}
