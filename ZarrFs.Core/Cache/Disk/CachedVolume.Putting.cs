using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <content>How a file comes to its place: first its bytes under another name, then its record, then its name.</content>
internal sealed partial class CachedVolume
{
    private const int MostTries = 100; // to make a directory: for ever where it is a link to nothing

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
        Load();
        if (_isShown && !(_isBegun && _index.CanWrite))
        {
            lock (_loading) OpenIndex(); // the disk may be well again
            if (!(_isBegun && _index.CanWrite)) throw new IOException($"the index of {Name} cannot be written");
        }

        if (!_index.CanWrite) return false;
        ulong id = 0;
        bool isKept;
        Claim(key);
        try
        {
            isKept = isWanted() && PutClaimed(key, bytes, hasRoom, ref id);
        }
        finally
        {
            lock (_moving) _putting.Remove(key); // from now on it can be deleted
        }

        if (isWanted()) return isKept;
        // Whoever deleted what is not wanted passed this one over, also if it was claimed by one who came too late and put nothing.
        DeleteBatch([key]);
        if (id == 0) return false;
        CacheFiles.TryDelete(PathOf(key));
        _index.Drop([(key, id)]);
        return false;
    }

    /// <summary>Waits while another thread puts or deletes the same file, and keeps others from that.</summary>
    private void Claim(DiskKey key)
    {
        while (true)
        {
            lock (_moving)
            {
                if (!_deleting.Contains(key) && _putting.Add(key)) return;
            }

            Thread.Sleep(1);
        }
    }

    /// <param name="id">Gets the number of the put, if there is one.</param>
    private bool PutClaimed(DiskKey key, ReadOnlySpan<byte> bytes, Func<bool> hasRoom, ref ulong id)
    {
        _index.Refresh();
        bool isThere = Path.Exists(PathOf(key));
        if (_index.TryGet(key, out IndexEntry known) && (known.IsEmpty || (isThere && (known.IsPlaced || Place(key, known))))) return true;
        if (isThere) return TakeOver(key, bytes, hasRoom, ref id);
        if (bytes.IsEmpty) return _index.Add(RecordKind.Empty, key, 0) != 0;
        string unfinished = _directory.NextTemporary();
        try
        {
            return hasRoom() && PutFile(key, bytes, unfinished, ref id);
        }
        finally
        {
            CacheFiles.TryDelete(unfinished);
        }
    }

    private bool PutFile(DiskKey key, ReadOnlySpan<byte> bytes, string unfinished, ref ulong id)
    {
        ulong checksum = Checksum.Of(bytes);
        using SafeFileHandle file = CacheFiles.Write(unfinished, bytes);
        id = _index.Add(RecordKind.Put, key, checksum);
        bool isOurs;
        try
        {
            isOurs = Rename(unfinished, PathOf(key));
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            if (!TakeOther(key, id)) _index.Drop([(key, id)]);
            throw;
        }

        if (!isOurs)
        {
            if (TakeOther(key, id)) return true;
            if (_index.Find(key) is { } entry && entry.Id == id) Trouble.Foreign(PathOf(key));
            _index.Drop([(key, id)]);
            return false;
        }

        if (!key.IsDocument) Trouble.Counters.AddWrite();
        _index.Stamp(key, id, FileStamp.Of(file));
        return true;
    }

    /// <summary>Something has the name already: if it is the same from another process, it is as good.</summary>
    private bool TakeOther(DiskKey key, ulong id)
    {
        _index.Refresh();
        return _index.TryGet(key, out IndexEntry entry) && ((entry.IsPlaced && entry.Id != id) || Place(key, entry));
    }

    /// <summary>
    /// Something has the name that nothing is known of. If it is just what would be put there it is the cache's, whose index a power failure
    /// has cost its end; else it is somebody's, and stays.
    /// </summary>
    private bool TakeOver(DiskKey key, ReadOnlySpan<byte> bytes, Func<bool> hasRoom, ref ulong id)
    {
        if (bytes.IsEmpty || !Has(key, bytes, out FileStamp stamp))
        {
            Trouble.Foreign(PathOf(key));
            return false;
        }

        if (!hasRoom()) return false;
        id = _index.Add(RecordKind.Put, key, Checksum.Of(bytes));
        _index.Stamp(key, id, stamp);
        return true;
    }

    /// <summary>True if a file has these bytes, which nobody has touched then since the stamp.</summary>
    private bool Has(DiskKey key, ReadOnlySpan<byte> bytes, out FileStamp stamp)
    {
        stamp = default;
        try
        {
            using SafeFileHandle? file = CacheFiles.TryOpen(PathOf(key));
            if (file is null) return false;
            stamp = FileStamp.Of(file);
            return CacheFiles.HasBytes(file, bytes);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            return false;
        }
    }

    private bool Rename(string from, string to)
    {
        for (int tries = 0; ; tries++)
        {
            try
            {
                if (tries > 0) Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                return CacheFiles.TryRename(from, to);
            }
            catch (IOException failure)
                when (failure is DirectoryNotFoundException or FileNotFoundException || failure.HResult is Libc.NoEntry or Libc.Exists)
            {
                // Nothing is made anew where somebody has deleted the volume: its index would be gone, and what is put there nobody's. A directory that
                // was just made, or was there just now, may go before it has its file, since another thread or process has deleted the last one in it.
                if (tries == MostTries || !File.Exists(from) || !File.Exists(_index.Path)) throw;
            }
        }
    }
}
