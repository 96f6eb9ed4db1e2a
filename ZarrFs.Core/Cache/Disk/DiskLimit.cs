namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Keeps all volumes of a cache together, those that only other runs show as well, below a number of bytes: what was used least recently
/// goes first, a part of it all at a time.
/// </summary>
/// <param name="directory">The cache's directory.</param>
/// <param name="shown">The volumes of this run.</param>
/// <param name="most">The limit.</param>
internal sealed class DiskLimit(CacheDirectory directory, IReadOnlyList<CachedVolume> shown, long most) : IDisposable
{
    private const int Part = 20; // at least so much of it goes at a time: choosing looks at all files
    private const int LookPart = 32; // how much may be written before a look at what others have written

    private readonly Lock _sync = new();
    private readonly Dictionary<string, (CachedVolume Volume, long Bytes)> _others = new(StringComparer.Ordinal);
    private long _sinceLook = long.MaxValue / 2; // at first
    private long _reserved;

    /// <summary>Bytes of all volumes, as far as they are known.</summary>
    public long Bytes
    {
        get
        {
            lock (_sync) return Sum();
        }
    }

    /// <summary>Makes room for a file that is about to be written, which is the caller's until <see cref="EndRoom"/>; false if there is none.</summary>
    public bool TryBeginRoom(long bytes)
    {
        if (bytes > most) return false;
        lock (_sync)
        {
            _sinceLook += bytes;
            bool isFull = Sum() + bytes > most;
            if (isFull || _sinceLook > most / LookPart)
            {
                Look();
                _sinceLook = 0;
                isFull = Sum() + bytes > most;
            }

            if (isFull) Evict(bytes);
            if (Sum() + bytes > most) return false;
            _reserved += bytes;
            return true;
        }
    }

    /// <summary>The file counts by itself now, or was not written.</summary>
    public void EndRoom(long bytes)
    {
        lock (_sync) _reserved -= bytes;
    }

    public void Dispose()
    {
        lock (_sync)
        {
            foreach ((CachedVolume volume, _) in _others.Values) volume.Dispose();
        }
    }

    private long Sum() => _reserved + shown.Sum(volume => volume.Bytes) + _others.Values.Sum(other => other.Bytes);

    /// <summary>Looks at what other processes have written, and at volumes that are not shown here: only their sums are kept in memory.</summary>
    private void Look()
    {
        foreach (CachedVolume volume in shown) volume.Refresh();
        List<(string Name, VolumeLayout Layout)> found = directory.Volumes();
        foreach (string gone in _others.Keys.Except(found.Select(volume => volume.Name)).ToArray())
        {
            _others[gone].Volume.Dispose();
            _others.Remove(gone);
        }

        foreach ((string name, VolumeLayout layout) in found)
        {
            if (shown.Any(volume => volume.Name == name)) continue;
            CachedVolume volume = _others.TryGetValue(name, out (CachedVolume Volume, long) known) ? known.Volume : new CachedVolume(directory, name, layout, null);
            volume.Load();
            _others[name] = (volume, volume.Bytes);
            volume.Unload();
        }
    }

    private void Evict(long bytes)
    {
        var files = new List<(long Used, CachedVolume Volume, DiskKey Key)>();
        foreach (CachedVolume volume in shown.Concat(_others.Values.Select(other => other.Volume))) volume.Collect(files);
        files.Sort(static (a, b) => a.Used.CompareTo(b.Used));
        long toGo = Sum() + bytes - (most - (most / Part));
        var chosen = new Dictionary<CachedVolume, List<DiskKey>>();
        foreach ((_, CachedVolume volume, DiskKey key) in files)
        {
            if (toGo <= 0) break;
            if (!chosen.TryGetValue(volume, out List<DiskKey>? keys)) chosen.Add(volume, keys = []);
            keys.Add(key);
            toGo -= volume.FileBytes;
        }

        foreach ((CachedVolume volume, List<DiskKey> keys) in chosen)
        {
            int deleted = volume.Delete(keys);
            directory.Trouble.Counters.AddEvicted(deleted);
            if (deleted < keys.Count) directory.Trouble.WriteFailed(new IOException($"{keys.Count - deleted} of the files that have to make room cannot be deleted"));
        }

        foreach ((string name, (CachedVolume volume, _)) in _others.ToArray())
        {
            _others[name] = (volume, volume.Bytes);
            volume.Unload();
        }
    }
}
