using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <content>How a file comes to its place: first its bytes under another name, then its record, then its name.</content>
internal sealed partial class CachedVolume
{
    private bool TryPut(DiskKey key, ReadOnlySpan<byte> bytes, Func<bool> hasRoom, Func<bool> isWanted)
    {
        if (!Trouble.MayWrite) return false;
        try
        {
            return Put(key, bytes, hasRoom, isWanted);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.WriteFailed(failure);
            return false;
        }
    }

    private bool Put(DiskKey key, ReadOnlySpan<byte> bytes, Func<bool> hasRoom, Func<bool> isWanted)
    {
        WaitForOther(key);
        lock (_index.Sync)
        {
            Load();
            if (!_index.CanWrite && _isShown)
            {
                Begin(); // the disk may be well again
                _index.Load();
                if (!_index.CanWrite) throw new IOException($"the index of {Name} cannot be written");
            }

            if (!_index.CanWrite || _putting.Contains(key) || _deleting.Contains(key) || !isWanted()) return false;
            _index.Refresh();
            bool isThere = File.Exists(PathOf(key));
            if (_index.TryGet(key, out IndexEntry known) && (known.IsEmpty || isThere)) return true;
            if (isThere)
            {
                Trouble.Foreign(PathOf(key));
                return false;
            }

            if (bytes.IsEmpty) return _index.Add(RecordKind.Empty, key, 0) != 0;
            _putting.Add(key);
        }

        string unfinished = _directory.NextTemporary();
        try
        {
            return hasRoom() && PutFile(key, bytes, unfinished, isWanted);
        }
        finally
        {
            CacheFiles.TryDelete(unfinished);
            lock (_index.Sync) _putting.Remove(key);
        }
    }

    /// <summary>While another thread puts the same chunk: what comes of that is what this one is to do.</summary>
    private void WaitForOther(DiskKey key)
    {
        while (true)
        {
            lock (_index.Sync)
            {
                if (!_putting.Contains(key)) return;
            }

            Thread.Sleep(1);
        }
    }

    private bool PutFile(DiskKey key, ReadOnlySpan<byte> bytes, string unfinished, Func<bool> isWanted)
    {
        ulong checksum = Checksum.Of(bytes);
        using SafeFileHandle file = CacheFiles.Write(unfinished, bytes);
        ulong id = _index.Add(RecordKind.Put, key, checksum);
        bool isOurs = Rename(unfinished, PathOf(key));
        var stamp = FileStamp.Of(file);
        lock (_index.Sync)
        {
            _putting.Remove(key); // from now on it can be deleted
            if (!isOurs) return TakeOther(key, id);
            if (!key.IsDocument) Trouble.Counters.AddWrite();
            _index.Stamp(key, id, stamp);
            if (isWanted()) return true;
            CacheFiles.TryDelete(PathOf(key));
            _index.Drop([(key, id)]);
            return false;
        }
    }

    /// <summary>Something has the name already: the same from another process, or a file that is not the cache's.</summary>
    private bool TakeOther(DiskKey key, ulong id)
    {
        _index.Refresh();
        if (_index.TryGet(key, out IndexEntry entry) && (entry.Id != id || entry.IsContested)) return entry.IsPlaced || Place(key, entry);
        Trouble.Foreign(PathOf(key));
        _index.Drop([(key, id)]);
        return false;
    }

    private bool Rename(string from, string to)
    {
        try
        {
            return CacheFiles.TryRename(from, to);
        }
        catch (IOException failure) when (failure is DirectoryNotFoundException or FileNotFoundException || failure.HResult == Libc.NoEntry)
        {
            // Nothing is made anew where somebody has deleted the volume: its index would be gone, and what is put there nobody's.
            if (!File.Exists(from) || !File.Exists(Path.Combine(_inside, CacheDirectory.IndexFile))) throw;
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            return CacheFiles.TryRename(from, to);
        }
    }
}
