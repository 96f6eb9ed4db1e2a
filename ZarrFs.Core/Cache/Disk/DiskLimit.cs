namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Keeps all volumes of a cache together, those that only other runs show as well, below a number of bytes: what was used least recently
/// goes first, a part of it all at a time.
/// </summary>
/// <param name="directory">The cache's directory.</param>
/// <param name="shown">Gives the volumes of this run, which may be others later.</param>
/// <param name="most">The limit.</param>
/// <param name="isSaid">False if it is a guess: what there is beyond it stays, and only makes room for as much as comes.</param>
internal sealed class DiskLimit(CacheDirectory directory, Func<IReadOnlyList<CachedVolume>> shown, long most, bool isSaid) : IDisposable
{
    private const int Part = 20; // at least so much of it goes at a time: choosing looks at all files
    private const int LookPart = 32; // how much may be written before a look at what others have written

    private readonly Lock _sync = new();
    private readonly Dictionary<string, Other> _others = new(StringComparer.Ordinal);
    private long _sinceLook = long.MaxValue / 2; // at first
    private long _reserved;
    private long _exchange; // bytes that have gone for those to come, beyond a limit that nobody has said
    private long _known;

    /// <summary>Bytes of all volumes, as far as they are known; while files are deleted, which takes its time, as they were before.</summary>
    public long Bytes
    {
        get
        {
            if (!_sync.TryEnter()) return Volatile.Read(ref _known);
            try
            {
                return Sum();
            }
            finally
            {
                _sync.Exit();
            }
        }
    }

    private long Kept => most - (most / Part);

    /// <summary>Deletes what is too much, by whomever it was written, or under a larger limit.</summary>
    public void Keep()
    {
        lock (_sync)
        {
            Look();
            if (isSaid && Sum() > most) Evict(Sum() - Kept);
            Drop(static other => other.IsBare);
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
                isFull = Sum() + bytes > most;
            }

            if (!isFull) _exchange = 0;
            else if (!(isSaid ? TryFree(bytes) : TryExchange(bytes))) return false;
            _reserved += bytes;
            return true;
        }
    }

    /// <summary>The file counts by itself now, or was not written.</summary>
    public void EndRoom(long bytes)
    {
        lock (_sync) _reserved -= bytes;
    }

    /// <summary>
    /// To be called when a volume has left those that are shown, before it is disposed: nobody here uses it after this, and its files count as
    /// others' from the next look on, which comes soon.
    /// </summary>
    public void LookSoon()
    {
        lock (_sync) _sinceLook = long.MaxValue / 2;
    }

    public void Dispose()
    {
        lock (_sync)
        {
            foreach (Other other in _others.Values) other.Volume.Dispose();
        }
    }

    private long Sum()
    {
        long sum = _reserved + shown().Sum(volume => volume.Bytes) + _others.Values.Sum(other => other.Bytes);
        Volatile.Write(ref _known, sum);
        return sum;
    }

    private bool TryFree(long bytes)
    {
        Evict(Sum() + bytes - Kept);
        return Sum() + bytes <= most;
    }

    private bool TryExchange(long bytes)
    {
        if (_exchange < bytes) _exchange += Evict(Math.Max(bytes, most / Part));
        if (_exchange < bytes) return false;
        _exchange -= bytes;
        return true;
    }

    /// <summary>Looks at what other processes have written, and at volumes that are not shown here: only their sums are kept in memory.</summary>
    private void Look()
    {
        _sinceLook = 0;
        foreach (CachedVolume volume in shown()) volume.Refresh();
        List<(string Name, VolumeLayout Layout)> found = directory.Volumes();
        foreach (string gone in _others.Keys.Except(found.Select(volume => volume.Name)).ToArray())
        {
            if (_others.Remove(gone, out Other other)) other.Volume.Dispose();
        }

        foreach ((string name, VolumeLayout layout) in found)
        {
            if (shown().Any(volume => volume.Name == name))
            {
                if (_others.Remove(name, out Other before)) before.Volume.Dispose(); // shown since the last look
                continue;
            }

            bool isKnown = _others.TryGetValue(name, out Other known);
            CachedVolume volume = isKnown ? known.Volume : new CachedVolume(directory, name, layout, null);
            if (!isKnown || volume.IndexBytes != known.IndexBytes) Measure(volume);
        }
    }

    private void Measure(CachedVolume volume)
    {
        volume.Load();
        (long bytes, bool isBare) = (volume.Bytes, volume.IsBare);
        volume.Unload();
        _others[volume.Name] = new Other(volume, bytes, isBare, volume.IndexBytes);
    }

    /// <summary>Deletes files of so many bytes, or all.</summary>
    /// <returns>Bytes of those that are gone.</returns>
    private long Evict(long toGo)
    {
        var files = new List<(long Used, CachedVolume Volume, DiskKey Key)>();
        foreach (CachedVolume volume in shown().Concat(_others.Values.Select(other => other.Volume))) volume.Collect(files);
        files.Sort(static (a, b) => a.Used.CompareTo(b.Used));
        var chosen = new Dictionary<CachedVolume, List<DiskKey>>();
        foreach ((_, CachedVolume volume, DiskKey key) in files)
        {
            if (toGo <= 0) break;
            if (!chosen.TryGetValue(volume, out List<DiskKey>? keys)) chosen.Add(volume, keys = []);
            keys.Add(key);
            toGo -= volume.FileBytes;
        }

        long freed = 0;
        foreach ((CachedVolume volume, List<DiskKey> keys) in chosen)
        {
            (int gone, int stuck) = volume.Delete(keys);
            directory.Trouble.Counters.AddEvicted(gone);
            freed += gone * volume.FileBytes;
            if (stuck > 0) directory.Trouble.WriteFailed(new IOException($"{stuck} files that have to make room cannot be deleted"));
        }

        foreach (Other other in _others.Values.ToArray()) Measure(other.Volume);
        Drop(other => other.Bytes == 0 && chosen.ContainsKey(other.Volume));
        return freed;
    }

    /// <summary>Drops volumes that no process shows and in which nothing is left: their directories take room too.</summary>
    private void Drop(Predicate<Other> which)
    {
        foreach (Other other in _others.Values.Where(other => which(other)).ToArray())
        {
            if (!other.Volume.TryDrop()) continue;
            _others.Remove(other.Volume.Name);
            other.Volume.Dispose();
        }
    }

    /// <summary>A volume that is not shown.</summary>
    /// <param name="Volume">The volume, not loaded.</param>
    /// <param name="Bytes">What its files count.</param>
    /// <param name="IsBare">True if no chunk of it is known.</param>
    /// <param name="IndexBytes">The length of its index when they were counted: another one says that there is news.</param>
    private readonly record struct Other(CachedVolume Volume, long Bytes, bool IsBare, long IndexBytes);
}
