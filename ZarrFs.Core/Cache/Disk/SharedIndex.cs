using System.Runtime.CompilerServices;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// The index of one volume, in memory and in its file, which other processes append to as well. What is appended here comes into memory from
/// the file, too, so all see the records in one order. Safe from any thread.
/// </summary>
/// <param name="directory">The cache's directory.</param>
/// <param name="path">The index's file.</param>
/// <param name="layout">The volume's files.</param>
/// <param name="isShown">False for a volume that another process may drop meanwhile: then there is no file, and none is made.</param>
internal sealed class SharedIndex(CacheDirectory directory, string path, VolumeLayout layout, bool isShown = true) : IDisposable
{
    private const int MostNews = 4096; // taken at a time: readers wait meanwhile

    private readonly DiskTrouble _trouble = directory.Trouble;
    private readonly List<DiskKey> _touched = [];

    // Held over memory only: readers need it, and a thread that the system holds up in writing must not have it.
    private readonly Lock _sync = new();

    // Held while the file is read, opened or closed; taken before the other, never within it.
    private readonly Lock _reading = new();
    private readonly List<IndexRecord> _news = [];
    private VolumeIndex _index = new(layout, directory.Boot);
    private volatile Func<DiskKey, bool>? _forgotten;
    private volatile IndexLog? _log;
    private bool _isDisposed;

    /// <summary>Its file.</summary>
    public string Path => path;

    /// <summary>True if records can be added, which is not so if it could not be opened, or only be read.</summary>
    public bool CanWrite => _log is { CanWrite: true };

    /// <summary>Bytes that all chunk files count.</summary>
    public long Bytes
    {
        get
        {
            lock (_sync) return _index.Bytes;
        }
    }

    /// <summary>Reads the file; makes it if it is not there and the volume is shown.</summary>
    public void Load()
    {
        lock (_reading)
        {
            if (_isDisposed) return;
            IndexLog? log = null;
            var index = new VolumeIndex(layout, directory.Boot);
            try
            {
                log = IndexLog.Open(path, isShown);
                log.ReadTail(record => Take(index, record));
            }
            catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
            {
                if (log is not null) _trouble.ReadFailed();
                else if (isShown || File.Exists(path)) _trouble.WriteFailed(failure);
            }

            Replace(log, index);
        }
    }

    /// <summary>Lets it go from memory, until it is loaded again.</summary>
    public void Unload()
    {
        FlushUses(all: true);
        lock (_reading) Replace(null, new VolumeIndex(layout, directory.Boot));
    }

    /// <summary>Takes what other processes have done meanwhile.</summary>
    public void Refresh()
    {
        lock (_reading)
        {
            try
            {
                _log?.ReadTail(Note);
            }
            catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
            {
                _trouble.ReadFailed();
            }

            TakeNews();
        }
    }

    /// <summary>The same, unless another thread is just at it.</summary>
    public void TryRefresh()
    {
        if (!_reading.TryEnter()) return;
        try
        {
            Refresh();
        }
        finally
        {
            _reading.Exit();
        }
    }

    public bool TryGet(DiskKey key, out IndexEntry entry)
    {
        lock (_sync)
        {
            if (!_index.TryGet(key, out entry)) return false;
        }

        return !IsForgotten(key);
    }

    /// <summary>What is known of a file, also of a forgotten chunk's; null if nothing is.</summary>
    public IndexEntry? Find(DiskKey key)
    {
        lock (_sync) return _index.TryGet(key, out IndexEntry entry) ? entry : null;
    }

    public long Known(int level)
    {
        lock (_sync) return _index.Known(level);
    }

    public bool IsComplete(int level)
    {
        lock (_sync) return _index.IsComplete(level);
    }

    /// <summary>All files that anything is known of.</summary>
    public DiskKey[] Keys()
    {
        lock (_sync) return [.. _index.Entries.Select(static entry => new DiskKey(entry.Key))];
    }

    /// <summary>The entries that fulfil a condition.</summary>
    public List<(DiskKey Key, IndexEntry Entry)> Where(Func<DiskKey, IndexEntry, bool> condition)
    {
        var found = new List<(DiskKey, IndexEntry)>();
        lock (_sync)
        {
            foreach ((ulong value, IndexEntry entry) in _index.Entries)
            {
                if (condition(new DiskKey(value), entry)) found.Add((new DiskKey(value), entry));
            }
        }

        return found;
    }

    /// <summary>From now on these chunks are neither known nor taken any more, in the place of those that it was before.</summary>
    public void Forget(Func<DiskKey, bool> which)
    {
        lock (_sync) _forgotten = which; // what is being taken is taken before, or is not
    }

    public bool IsForgotten(DiskKey key) => !key.IsDocument && _forgotten?.Invoke(key) == true;

    /// <summary>True if a file with this stamp cannot be but what was written.</summary>
    public bool IsTrusted(in IndexEntry entry, in FileStamp stamp)
    {
        if (entry.Stamp != stamp.Value) return false;
        lock (_sync) return _index.Holds(entry);
    }

    /// <summary>Notes a use; false if the chunk was forgotten or deleted meanwhile.</summary>
    public bool Touch(DiskKey key, ulong id)
    {
        if (IsForgotten(key)) return false;
        lock (_sync)
        {
            ref IndexEntry entry = ref _index.Find(key);
            if (Unsafe.IsNullRef(ref entry) || entry.Id != id) return false;
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
        if (_log is not { } log) throw new IOException($"{path} is not open");
        if (!log.IsInPlace) throw new IOException($"{path} was deleted");
        var record = new IndexRecord(kind, key, value, directory.NextId(), directory.Now(), directory.Boot);
        log.Append(record);
        Refresh();
        return record.Id;
    }

    /// <summary>Notes that a file has its name, and what the system says of it.</summary>
    public void Stamp(DiskKey key, ulong id, in FileStamp stamp) =>
        TryAppend([new IndexRecord(RecordKind.Stamp, key, stamp.Value, id, directory.Now(), directory.Boot)]);

    /// <summary>Lets entries go from memory, before their files go.</summary>
    public void Remove(DiskKey key)
    {
        lock (_sync) _index.Remove(key);
    }

    /// <summary>Says that files are gone.</summary>
    public void Drop(IReadOnlyList<(DiskKey Key, ulong Id)> files) =>
        TryAppend([.. files.Select(file => new IndexRecord(RecordKind.Drop, file.Key, 0, file.Id, directory.Now(), directory.Boot))]);

    /// <summary>Says what was used when. From time to time: what is not said costs order, not chunks.</summary>
    /// <param name="all">False for what was said to be used in another hour alone, or the file would grow with every use.</param>
    public void FlushUses(bool all)
    {
        var records = new List<IndexRecord>();
        lock (_sync)
        {
            _touched.RemoveAll(key =>
            {
                ref IndexEntry entry = ref _index.Find(key);
                if (Unsafe.IsNullRef(ref entry)) return true;
                ushort hour = IndexEntry.HourOf(entry.Used);
                if (!all && hour == entry.ToldHour) return false;
                (entry.IsTouched, entry.ToldHour) = (false, hour);
                records.Add(new IndexRecord(RecordKind.Used, key, 0, entry.Id, entry.Used, directory.Boot));
                return true;
            });
        }

        TryAppend([.. records]);
    }

    /// <summary>Has all files forced to the disk, and says so: what was put before needs no look after a power failure.</summary>
    /// <exception cref="IOException">That failed; what is not on the disk for sure is not trusted any more in this run of the system.</exception>
    public void SyncFiles(IDiskSync disk)
    {
        var begun = new IndexRecord(RecordKind.Syncing, default, 0, directory.NextId(), directory.Now(), directory.Boot);
        TryAppend([begun]);
        try
        {
            disk.FileSystem();
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            TryAppend([begun with { Kind = RecordKind.Lost }]);
            throw;
        }

        TryAppend([begun with { Kind = RecordKind.Synced }]);
    }

    /// <summary>Writes the file anew if most of it is about what is gone; by the only process that has the cache open, at its end.</summary>
    public void Compact()
    {
        lock (_reading)
        {
            try
            {
                if (_log is not { CanWrite: true, IsInPlace: true } log || !IsMostlyGone(log.Length, _index.Count)) return;
                FlushUses(all: true);
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

    /// <summary>True if a file of so many bytes must be mostly about what is gone when there are so many entries.</summary>
    public static bool IsMostlyGone(long bytes, long entries)
    {
        const int Little = 1 << 20, RecordsEach = 3;
        return bytes >= Math.Max(Little, 2L * RecordsEach * IndexRecord.Bytes * entries);
    }

    public void Dispose()
    {
        FlushUses(all: true);
        lock (_reading)
        {
            IndexLog? log = _log;
            (_log, _isDisposed) = (null, true);
            log?.Dispose();
        }
    }

    private void Replace(IndexLog? log, VolumeIndex index)
    {
        IndexLog? old = _log;
        lock (_sync) (_log, _index) = (log, index);
        old?.Dispose();
    }

    private void Note(IndexRecord record)
    {
        _news.Add(record);
        if (_news.Count >= MostNews) TakeNews();
    }

    private void TakeNews()
    {
        if (_news.Count == 0) return;
        lock (_sync)
        {
            foreach (IndexRecord record in _news) Take(_index, record);
        }

        _news.Clear();
    }

    private void Take(VolumeIndex index, in IndexRecord record)
    {
        bool isOfChunk = record.Kind is RecordKind.Put or RecordKind.Stamp or RecordKind.Empty && layout.Contains(record.Key);
        if (!isOfChunk || !IsForgotten(record.Key)) index.Apply(record);
    }

    /// <summary>Adds what may be lost without harm: then a file is looked at once more, or is found to be gone.</summary>
    private void TryAppend(IndexRecord[] records)
    {
        if (records.Length == 0) return;
        try
        {
            if (_log is { CanWrite: true } log)
            {
                log.Append(records);
                Refresh();
                return;
            }
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            _trouble.WriteFailed(failure);
        }

        lock (_sync)
        {
            foreach (IndexRecord record in records) Take(_index, record);
        }
    }
}
