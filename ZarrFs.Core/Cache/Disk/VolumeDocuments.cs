using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// The metadata documents of a volume in the cache, which are there exactly where all chunks are: what other programs find is a store
/// without holes, or none.
/// </summary>
/// <param name="volume">The volume.</param>
/// <param name="layout">Its files.</param>
/// <param name="documents">Gives the documents; null where the volume is not shown, and they can only be taken away.</param>
internal sealed class VolumeDocuments(CachedVolume volume, VolumeLayout layout, Func<IReadOnlyList<StoreDocument>>? documents)
{
    private readonly Lock _sync = new();
    private Func<IReadOnlyList<StoreDocument>>? _documents = documents;
    private bool _isCompared;

    /// <summary>Gives other documents from now on.</summary>
    public void Replace(Func<IReadOnlyList<StoreDocument>> replacement)
    {
        lock (_sync) (_documents, _isCompared) = (replacement, false);
    }

    /// <summary>Does what a level that may have become complete asks for.</summary>
    public void Settle(int level)
    {
        if (volume.IsComplete(level) && volume.ChecksumOf(DiskKey.Document(level)) is null) Settle();
    }

    /// <summary>Puts and deletes what has to be, the levels' before the group's that names them, and the other way around.</summary>
    public void Settle()
    {
        lock (_sync)
        {
            volume.Refresh(); // another process may have put a document, or deleted chunks
            int[] levels = [.. Enumerable.Range(0, layout.Levels)];
            if (!IsDue(DiskKey.Group)) volume.DeleteDocument(DiskKey.Group);
            foreach (int level in levels)
            {
                if (!volume.IsComplete(level)) volume.DeleteDocument(DiskKey.Document(level));
            }

            DiskKey[] due = [.. levels.Select(DiskKey.Document).Append(DiskKey.Group).Where(IsDue)];
            if (_documents is null || (_isCompared && due.All(document => volume.ChecksumOf(document) is not null))) return;
            var contents = _documents().ToDictionary(document => document.Path, document => document.Content, StringComparer.Ordinal);
            foreach (DiskKey document in due) Put(document, contents[layout.PathOf(document)]);
            _isCompared = true;
        }
    }

    private void Put(DiskKey document, byte[] content)
    {
        if (volume.ChecksumOf(document) is { } checksum)
        {
            // Once, since two processes with other labels or contrasts would go on for ever.
            if (_isCompared || checksum == Checksum.Of(content)) return;
            volume.DeleteDocument(document);
        }

        volume.PutDocument(document, content, () =>
        {
            volume.Refresh();
            return IsDue(document);
        });
    }

    private bool IsDue(DiskKey document)
    {
        for (int level = 0; level < layout.Levels; level++)
        {
            if ((document == DiskKey.Group || document.Level == level) && !volume.IsComplete(level)) return false;
        }

        return true;
    }
}
