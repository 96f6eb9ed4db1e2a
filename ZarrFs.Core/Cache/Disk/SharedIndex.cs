using System.Runtime.CompilerServices;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>The index of one volume, in memory and in its file, which other processes append to as well. Safe from any thread.</summary>
/// <param name="directory">The cache's directory.</param>
/// <param name="path">The index's file.</param>
/// <param name="layout">The volume's files.</param>
internal sealed class SharedIndex(CacheDirectory directory, string path, VolumeLayout layout) : IDisposable
{
    private readonly DiskTrouble _trouble = directory.Trouble;
    private readonly List<Func<DiskKey, bool>> _forgotten = [];
    private readonly List<DiskKey> _touched = [];
    private VolumeIndex _index = new(layout, directory.Boot);
    private IndexLog? _log;
    private bool _isDisposed;

    /// <summary>Held over what must not be seen half done.</summary>
    public Lock Sync { get; } = new();

    /// <summary>True once it was read, or could not be.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>True if records can be added, which is not so if it could not be opened, or only be read.</summary>
    public bool CanWrite => _log is { CanWrite: true };

    /// <summary>Bytes that all chunk files count.</summary>
    public long Bytes
    {
        get
        {
            lock (Sync) return _index.Bytes;
        }
    }

    /// <summary>Reads the file; makes it if it is not there.</summary>
    public void Load()
    {
        lock (Sync)
        {
            if (_isDisposed) return;
            IsLoaded = true;
            _log?.Dispose();
            (_log, _index) = (null, new VolumeIndex(layout, directory.Boot));
            try
            {
                _log = IndexLog.Open(path);
            }
            catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
            {
                _trouble.WriteFailed(failure);
            }

            Refresh();
        }
    }

    /// <summary>Lets it go from memory, until it is loaded again.</summary>
    public void Unload()
    {
        lock (Sync)
        {
            FlushUses();
            _log?.Dispose();
            (_log, IsLoaded, _index) = (null, false, new VolumeIndex(layout, directory.Boot));
        }
    }

    /// <summary>Takes what other processes have done meanwhile.</summary>
    public void Refresh()
    {
        lock (Sync)
        {
            try
            {
                _log?.ReadTail(Take);
            }
            catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
            {
                _trouble.ReadFailed();
            }
        }
    }

    public bool TryGet(DiskKey key, out IndexEntry entry)
    {
        lock (Sync)
        {
            entry = default;
            return !IsForgotten(key) && _index.TryGet(key, out entry);
        }
    }

    /// <summary>What is known of a file, also of a forgotten chunk's; null if nothing is.</summary>
    public IndexEntry? Find(DiskKey key)
    {
        lock (Sync) return _index.TryGet(key, out IndexEntry entry) ? entry : null;
    }

    public long Known(int level)
    {
        lock (Sync) return _index.Known(level);
    }

    public bool IsComplete(int level)
    {
        lock (Sync) return _index.IsComplete(level);
    }

    /// <summary>The entries that fulfil a condition.</summary>
    public List<(DiskKey Key, IndexEntry Entry)> Where(Func<DiskKey, IndexEntry, bool> condition)
    {
        var found = new List<(DiskKey, IndexEntry)>();
        lock (Sync)
        {
            foreach ((ulong value, IndexEntry entry) in _index.Entries)
            {
                if (condition(new DiskKey(value), entry)) found.Add((new DiskKey(value), entry));
            }
        }

        return found;
    }

    /// <summary>From now on chunks are neither known nor taken any more.</summary>
    public void Forget(Func<DiskKey, bool> which)
    {
        lock (Sync) _forgotten.Add(which);
    }

    public bool IsForgotten(DiskKey key)
    {
        if (key.IsDocument) return false;
        lock (Sync)
        {
            foreach (Func<DiskKey, bool> which in _forgotten)
            {
                if (which(key)) return true;
            }
        }

        return false;
    }

    /// <summary>True if a file with this stamp cannot be but what was written.</summary>
    public bool IsTrusted(in IndexEntry entry, in FileStamp stamp)
    {
        if (entry.Stamp != stamp.Value) return false;
        lock (Sync) return _index.Holds(entry);
    }

    /// <summary>Notes a use; false if the chunk was forgotten or deleted meanwhile.</summary>
    public bool Touch(DiskKey key, ulong id)
    {
        lock (Sync)
        {
            ref IndexEntry entry = ref _index.Find(key);
            if (Unsafe.IsNullRef(ref entry) || entry.Id != id || IsForgotten(key)) return false;
            entry.Used = directory.Now();
            if (entry.IsTouched) return true;
            entry.IsTouched = true;
            _touched.Add(key);
            return true;
        }
    }

    /// <summary>Adds a record that must not be lost.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public ulong Add(RecordKind kind, DiskKey key, ulong value)
    {
        lock (Sync)
        {
            if (_log is not { } log) throw new IOException($"{path} is not open");
            if (!log.IsInPlace) throw new IOException($"{path} was deleted");
            var record = new IndexRecord(kind, key, value, directory.NextId(), directory.Now(), directory.Boot);
            log.Append(record);
            _index.Apply(record);
            return record.Id;
        }
    }

    /// <summary>Notes that a file has its name, and what the system says of it.</summary>
    public void Stamp(DiskKey key, ulong id, in FileStamp stamp)
    {
        lock (Sync)
        {
            var record = new IndexRecord(RecordKind.Stamp, key, stamp.Value, id, directory.Now(), directory.Boot);
            TryAppend([record]);
            _index.Apply(record);
        }
    }

    /// <summary>Lets entries go from memory, before their files go.</summary>
    public void Remove(DiskKey key)
    {
        lock (Sync) _index.Remove(key);
    }

    /// <summary>Says that files are gone.</summary>
    public void Drop(IReadOnlyList<(DiskKey Key, ulong Id)> files)
    {
        lock (Sync)
        {
            IndexRecord[] records = [.. files.Select(file => new IndexRecord(RecordKind.Drop, file.Key, 0, file.Id, directory.Now(), directory.Boot))];
            foreach (IndexRecord record in records) _index.Apply(record);
            TryAppend(records);
        }
    }

    /// <summary>Says what was used when. From time to time: what is not said costs order, not chunks.</summary>
    public void FlushUses()
    {
        lock (Sync)
        {
            var records = new List<IndexRecord>(_touched.Count);
            foreach (DiskKey key in _touched)
            {
                ref IndexEntry entry = ref _index.Find(key);
                if (Unsafe.IsNullRef(ref entry)) continue;
                entry.IsTouched = false;
                records.Add(new IndexRecord(RecordKind.Used, key, 0, entry.Id, entry.Used, directory.Boot));
            }

            _touched.Clear();
            TryAppend([.. records]);
        }
    }

    /// <summary>Has all files forced to the disk, and says so: what was put before needs no look after a power failure.</summary>
    /// <exception cref="IOException">That failed.</exception>
    public void SyncFiles(IDiskSync disk)
    {
        var begun = new IndexRecord(RecordKind.Syncing, default, 0, directory.NextId(), directory.Now(), directory.Boot);
        lock (Sync) TryAppend([begun]);
        disk.FileSystem();
        lock (Sync) TryAppend([begun with { Kind = RecordKind.Synced }]);
    }

    /// <summary>Writes the file anew if most of it is about what is gone; by the only process that has the cache open, at its end.</summary>
    public void Compact()
    {
        const int Little = 1 << 20, RecordsEach = 3;
        lock (Sync)
        {
            try
            {
                if (_log is not { CanWrite: true, IsInPlace: true } log) return;
                if (log.Length < Math.Max(Little, 2L * RecordsEach * IndexRecord.Bytes * _index.Count)) return;
                Refresh();
                IndexLog.Replace(path, _index.Records());
                Dispose();
            }
            catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
            {
                _trouble.WriteFailed(failure);
            }
        }
    }

    public void Dispose()
    {
        lock (Sync)
        {
            if (!_isDisposed) FlushUses();
            _log?.Dispose();
            (_log, _isDisposed, IsLoaded) = (null, true, true);
        }
    }

    private void Take(IndexRecord record)
    {
        bool isOfChunk = record.Kind is RecordKind.Put or RecordKind.Stamp or RecordKind.Empty && layout.Contains(record.Key);
        if (!isOfChunk || !IsForgotten(record.Key)) _index.Apply(record);
    }

    /// <summary>Adds what may be lost without harm: then a file is looked at once more, or is found to be gone.</summary>
    private void TryAppend(IndexRecord[] records)
    {
        if (_log is not { CanWrite: true } log || records.Length == 0) return;
        try
        {
            log.Append(records);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            _trouble.WriteFailed(failure);
        }
    }
}
