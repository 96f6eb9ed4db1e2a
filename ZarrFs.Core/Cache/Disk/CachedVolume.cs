using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// One volume's directory in the cache: its files, and its index of them. A file has its record before it has its name, so a name without a
/// record is never ours; and a file is given out only if it is what the record says. Safe from any thread, and beside other processes.
/// </summary>
internal sealed partial class CachedVolume : IDisposable
{
    private const int Batch = 256;

    private readonly CacheDirectory _directory;
    private readonly VolumeLayout _layout;
    private readonly VolumeDocuments _documents;
    private readonly SharedIndex _index;
    private readonly string _root;
    private readonly string _inside;
    private readonly bool _isShown;
    private readonly Func<byte[]?>? _manifest;

    private readonly Lock _loading = new();

    // Held over the two sets alone: files that get or lose their name just now.
    private readonly Lock _moving = new();
    private readonly HashSet<DiskKey> _putting = [];
    private readonly HashSet<DiskKey> _deleting = [];
    private DiskSync? _disk;
    private volatile bool _isLoaded;
    private volatile bool _isBegun;

    /// <param name="directory">The cache's directory.</param>
    /// <param name="name">Name of the volume's directory in it.</param>
    /// <param name="layout">The volume's files.</param>
    /// <param name="documents">Gives its metadata; null where the volume is not shown.</param>
    /// <param name="manifest">Gives the list of the files that its chunks are made from, or null if it has none.</param>
    public CachedVolume(
        CacheDirectory directory, string name, VolumeLayout layout, Func<IReadOnlyList<StoreDocument>>? documents, Func<byte[]?>? manifest = null)
    {
        _manifest = manifest;
        _directory = directory;
        _layout = layout;
        _root = Path.Combine(directory.Root, name);
        _inside = Path.Combine(_root, CacheDirectory.Own);
        _index = new SharedIndex(directory, Path.Combine(_inside, CacheDirectory.IndexFile), layout, isShown: documents is not null);
        _isShown = documents is not null;
        _documents = new VolumeDocuments(this, layout, documents);
        Name = name;
    }

    public string Name { get; }

    /// <summary>Bytes that its chunk files count, as far as it is loaded.</summary>
    public long Bytes => _index.Bytes;

    /// <summary>Bytes that a chunk's file counts.</summary>
    public long FileBytes => _layout.FileBytes;

    /// <summary>Bytes of the index's file.</summary>
    public long IndexBytes => new FileInfo(_index.Path) is { Exists: true } file ? file.Length : 0;

    private DiskTrouble Trouble => _directory.Trouble;

    /// <summary>Reads the index, unless that has been done; whoever asks for a chunk waits for it.</summary>
    public void Load()
    {
        if (_isLoaded) return;
        lock (_loading)
        {
            if (_isLoaded) return;
            OpenIndex();
            // What was about to get its name when a process was killed: it has it or not.
            foreach ((DiskKey key, IndexEntry entry) in _index.Where((_, entry) => !entry.IsPlaced)) Place(key, entry);
            _isLoaded = true;
        }
    }

    /// <summary>Lets the index go from memory; what is asked next reads it again.</summary>
    public void Unload()
    {
        lock (_loading)
        {
            _index.Unload();
            _isLoaded = false;
        }
    }

    /// <summary>Takes what other processes have done meanwhile.</summary>
    public void Refresh()
    {
        Load();
        _index.Refresh();
    }

    /// <summary>Makes what is on the disk that which a store would have, after the start.</summary>
    public void Settle() => _documents.Settle();

    /// <summary>Has other metadata from now on, which the next <see cref="Settle"/> puts in the place of those that are there.</summary>
    public void Describe(Func<IReadOnlyList<StoreDocument>> documents) => _documents.Replace(documents);

    public void FlushUses() => _index.FlushUses(all: false);

    public void Compact() => _index.Compact();

    public long CountOf(int level)
    {
        Load();
        return _index.Known(level);
    }

    public CachedState StateOf(DiskKey key)
    {
        Load();
        if (!_index.TryGet(key, out IndexEntry entry) || !entry.IsPlaced) return CachedState.Missing;
        return entry.IsEmpty ? CachedState.Empty : CachedState.Present;
    }

    /// <summary>True for a chunk that cannot be kept, since something that is not the cache's is in its file's place.</summary>
    public bool IsTaken(DiskKey key) => StateOf(key) == CachedState.Missing && Path.Exists(PathOf(key));

    /// <summary>Reads a chunk.</summary>
    public CachedState TryRead(DiskKey key, Span<byte> raw)
    {
        if (!TryFind(key, out IndexEntry entry)) return CachedState.Missing;
        if (entry.IsEmpty)
        {
            raw.Clear();
            return _index.Touch(key, entry.Id) ? CachedState.Empty : CachedState.Missing;
        }

        using SafeFileHandle? file = Open(key, entry, out FileStamp stamp);
        if (file is null) return CachedState.Missing;
        bool isRight = CacheFiles.TryFill(file, raw) && (_index.IsTrusted(entry, stamp) || Confirm(key, entry, stamp, Checksum.Of(raw) == entry.Checksum));
        if (!isRight) RemoveDamaged(key, entry);
        return isRight && _index.Touch(key, entry.Id) ? CachedState.Present : CachedState.Missing;
    }

    /// <summary>Opens a chunk's file.</summary>
    public CachedFile? TryOpen(DiskKey key)
    {
        if (!TryFind(key, out IndexEntry entry) || entry.IsEmpty || Open(key, entry, out FileStamp stamp) is not { } file) return null;
        bool isRight = _index.IsTrusted(entry, stamp) || Confirm(key, entry, stamp, CacheFiles.HasChecksum(file, entry.Checksum));
        if (!isRight) RemoveDamaged(key, entry);
        if (isRight && _index.Touch(key, entry.Id)) return new CachedFile(file, _layout.ChunkBytes);
        file.Dispose();
        return null;
    }

    /// <summary>Keeps a chunk; empty bytes stand for one that is all fill.</summary>
    /// <param name="key">Which.</param>
    /// <param name="raw">Its bytes.</param>
    /// <param name="hasRoom">Asked before a file is written.</param>
    /// <returns>False if it could not be.</returns>
    public bool TryPut(DiskKey key, ReadOnlySpan<byte> raw, Func<bool> hasRoom)
    {
        if (!TryPut(key, raw, hasRoom, () => !_index.IsForgotten(key))) return false;
        _documents.Settle(key.Level);
        return true;
    }

    /// <summary>True for a chunk that was forgotten, and is not kept any more.</summary>
    public bool IsForgotten(DiskKey key) => _index.IsForgotten(key);

    /// <summary>
    /// Forgets chunks, for as long as this is open: its name says what they were made from, and they are made from something else now. In the
    /// place of those that were forgotten before.
    /// </summary>
    public void Forget(Func<DiskKey, bool> which)
    {
        Load();
        _index.Forget(which);
        Delete([.. _index.Keys().Where(key => !key.IsDocument && which(key))]);
    }

    /// <summary>
    /// Deletes chunks, those too that are all fill, with all of that on the disk in the end. By the only process that has the cache open.
    /// </summary>
    /// <returns>False if one of them might still be there.</returns>
    public bool TryRemove(Func<DiskKey, bool> which)
    {
        Load();
        if (!_index.CanWrite) return false;
        Delete([.. Known().Where(static file => file.Entry.IsPlaced).Select(static file => file.Key)]);
        _index.Drop([.. Known().Where(static file => !file.Entry.IsPlaced).Select(static file => (file.Key, file.Entry.Id))]); // never got its name
        _index.Load(); // as it is in the file
        return Known().Count == 0 && TrySync();

        List<(DiskKey Key, IndexEntry Entry)> Known() => _index.Where((key, _) => !key.IsDocument && which(key));
    }

    /// <summary>Adds all chunk files, to choose from which to delete.</summary>
    public void Collect(List<(long Used, CachedVolume Volume, DiskKey Key)> files)
    {
        Load();
        foreach ((DiskKey key, IndexEntry entry) in _index.Where((key, entry) => entry is { IsEmpty: false, IsPlaced: true } && !key.IsDocument))
            files.Add((entry.Used, this, key));
    }

    /// <summary>Forgets chunks and deletes their files.</summary>
    /// <returns>The number of files that are gone now, and of those that cannot be deleted.</returns>
    public (int Gone, int Stuck) Delete(IReadOnlyList<DiskKey> keys)
    {
        int gone = 0, stuck = 0;
        for (int start = 0; start < keys.Count; start += Batch)
        {
            (int Gone, int Stuck) deleted = DeleteBatch(keys.Skip(start).Take(Batch));
            (gone, stuck) = (gone + deleted.Gone, stuck + deleted.Stuck);
        }

        if (keys.Count > 0) _documents.Settle();
        return (gone, stuck);
    }

    /// <summary>Forces all files to the disk and has the index say so.</summary>
    /// <returns>False if that failed.</returns>
    public bool TrySync()
    {
        try
        {
            _index.SyncFiles(_disk ??= new DiskSync(_root));
            return true;
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.WriteFailed(failure);
            return false;
        }
    }

    public void Dispose()
    {
        lock (_loading)
        {
            _isLoaded = true; // there is nothing to read any more
            _index.Dispose();
        }

        _disk?.Dispose();
    }

    private string PathOf(DiskKey key) => Path.Combine(_root, _layout.PathOf(key));

    private void OpenIndex()
    {
        using (FileLock? opened = _isShown ? _directory.TryOpenVolumes() : null)
        {
            if (_isShown) Begin();
            _index.Load();
        }

        if (!_index.CanWrite) return;
        try
        {
            _disk ??= new DiskSync(_root); // before anything is written, or what the system cannot write back would not be told
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.WriteFailed(failure);
        }
    }

    /// <summary>Writes what says what the directory is of, unless it says so: a kill or a power failure may have left something else.</summary>
    private void Begin()
    {
        try
        {
            string layout = Path.Combine(_inside, CacheDirectory.LayoutFile);
            Directory.CreateDirectory(_inside);
            if (_manifest?.Invoke() is { } manifest) WriteUnlessSame(Path.Combine(_inside, Adoption.ManifestFile), manifest);
            WriteUnlessSame(layout, _layout.ToJson());
            _isBegun = true;
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.WriteFailed(failure);
        }
    }

    private void WriteUnlessSame(string path, byte[] content)
    {
        using (SafeFileHandle? there = CacheFiles.TryOpen(path))
        {
            if (there is not null && CacheFiles.HasBytes(there, content)) return;
        }

        string unfinished = _directory.NextTemporary();
        CacheFiles.Write(unfinished, content).Dispose();
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Looks whether a file has got its name.</summary>
    private bool Place(DiskKey key, in IndexEntry entry)
    {
        try
        {
            using SafeFileHandle? file = CacheFiles.TryOpen(PathOf(key));
            if (file is null) return false; // or it is about to get it now, from another process
            var stamp = FileStamp.Of(file);
            return Confirm(key, entry, stamp, CacheFiles.HasChecksum(file, entry.Checksum));
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            return false;
        }
    }

    private bool TryFind(DiskKey key, out IndexEntry entry)
    {
        Load();
        if (_index.TryGet(key, out entry)) return true;
        _index.TryRefresh();
        return _index.TryGet(key, out entry);
    }

    private SafeFileHandle? Open(DiskKey key, in IndexEntry entry, out FileStamp stamp)
    {
        stamp = default;
        SafeFileHandle? file;
        try
        {
            file = CacheFiles.TryOpen(PathOf(key));
            if (file is not null) stamp = FileStamp.Of(file);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.ReadFailed(); // no descriptors left, say: the file may be as good as ever
            return null;
        }

        if (file is null)
        {
            if (!entry.IsPlaced) return null; // it has no name yet
            _index.Drop([(key, entry.Id)]);
            _documents.Settle();
            return null;
        }

        if (stamp.Length == _layout.ChunkBytes) return file;
        file.Dispose();
        RemoveDamaged(key, entry);
        return null;
    }

    /// <summary>Notes that a file was looked at and is what it should be, if it is.</summary>
    private bool Confirm(DiskKey key, in IndexEntry entry, in FileStamp stamp, bool isRight)
    {
        if (isRight) _index.Stamp(key, entry.Id, stamp);
        return isRight;
    }

    private void RemoveDamaged(DiskKey key, in IndexEntry entry)
    {
        if (!entry.IsPlaced || !_index.TryGet(key, out IndexEntry now) || now.Id != entry.Id) return;
        Trouble.Damaged(PathOf(key));
        Delete([key]);
    }

    private (int Gone, int Stuck) DeleteBatch(IEnumerable<DiskKey> keys)
    {
        var files = new List<(DiskKey Key, IndexEntry Entry)>(Batch);
        _index.Refresh();
        lock (_moving)
        {
            foreach (DiskKey key in keys)
            {
                // What is getting its name now is looked at when it has it.
                if (_index.Find(key) is not { } entry || _putting.Contains(key) || !_deleting.Add(key)) continue;
                _index.Remove(key);
                files.Add((key, entry));
            }
        }

        foreach (int level in files.Where(file => !file.Key.IsDocument).Select(file => file.Key.Level).Distinct())
        {
            DeleteDocument(DiskKey.Group);
            DeleteDocument(DiskKey.Document(level));
        }

        // One without a name yet is another process's, which goes on with it.
        var gone = new List<(DiskKey Key, ulong Id)>(files.Count);
        int deleted = 0, stuck = 0;
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach ((DiskKey key, IndexEntry entry) in files)
        {
            if (!entry.IsPlaced) continue;
            string path = PathOf(key);
            bool isGone = entry.IsEmpty || CacheFiles.TryDelete(path);
            if (isGone) gone.Add((key, entry.Id));
            if (isGone && !entry.IsEmpty) folders.Add(Path.GetDirectoryName(path)!);
            if (!isGone) stuck++;
            else if (!entry.IsEmpty) deleted++;
        }

        foreach (string folder in folders) DeleteEmpty(folder);
        _index.Drop(gone);
        lock (_moving)
        {
            foreach ((DiskKey key, _) in files) _deleting.Remove(key);
        }

        return (deleted, stuck);
    }
}
