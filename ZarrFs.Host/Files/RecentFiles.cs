using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Host.Files;

/// <summary>
/// Files of the disk cache that were opened a moment ago, kept open for the next piece of the same chunk: a kernel reads 4 MiB in pieces of 1 MiB,
/// and opening takes a thread that may wait. Not for long, because the disk cache learns from openings what is still used, and a file that
/// it deletes takes room until it is closed.
/// </summary>
internal sealed class RecentFiles : IDisposable
{
    private const int Most = 128;
    private const long MilliSeconds = 2000;

    private readonly IChunkReader _chunks;
    private readonly Dictionary<ChunkAddress, Entry> _entries = [];
    private readonly Timer _sweep;
    private bool _closed;

    public RecentFiles(IChunkReader chunks)
    {
        _chunks = chunks;
        _sweep = new Timer(static files => ((RecentFiles)files!).Sweep(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Files kept open.</summary>
    public int Count
    {
        get
        {
            lock (_entries) return _entries.Count;
        }
    }

    /// <summary>Gives the file of a chunk if it is open; never waits. The caller disposes it.</summary>
    public FileUse? TryTake(in ChunkAddress address)
    {
        lock (_entries)
        {
            if (!_entries.TryGetValue(address, out Entry? entry)) return null;
            if (entry.Revision == _chunks.RevisionOf(address)) return new FileUse(entry);
            Drop(address);
            return null;
        }
    }

    /// <summary>Opens the file of a chunk; null if there is none, or not of this length. May wait for the disk. The caller disposes it.</summary>
    public FileUse? Open(in ChunkAddress address, long length)
    {
        if (TryTake(address) is { } open) return open;

        // Asked for before and after: only then is it known of which revision the file is.
        int revision = _chunks.RevisionOf(address);
        CachedFile? file = _chunks.TryOpenFile(address);
        if (file is null) return null;
        if (file.Length != length || _chunks.RevisionOf(address) != revision)
        {
            file.Dispose();
            return null;
        }

        var entry = new Entry(file, revision);
        var use = new FileUse(entry);
        lock (_entries)
        {
            if (_closed)
            {
                entry.Release();
                return use;
            }

            Drop(address);
            if (_entries.Count >= Most) Drop(_entries.MinBy(pair => pair.Value.Opened).Key);
            if (_entries.Count == 0) _sweep.Change(MilliSeconds, Timeout.Infinite);
            _entries.Add(address, entry);
        }

        return use;
    }

    /// <summary>Closes what nobody uses any more.</summary>
    public void Dispose()
    {
        lock (_entries)
        {
            _closed = true;
            foreach (Entry entry in _entries.Values) entry.Release();
            _entries.Clear();
        }

        _sweep.Dispose();
    }

    private void Sweep()
    {
        lock (_entries)
        {
            long old = Environment.TickCount64 - MilliSeconds;
            foreach ((ChunkAddress address, Entry entry) in _entries)
            {
                if (entry.Opened <= old) Drop(address);
            }

            if (_entries.Count > 0) _sweep.Change(MilliSeconds, Timeout.Infinite);
        }
    }

    private void Drop(in ChunkAddress address)
    {
        if (_entries.Remove(address, out Entry? entry)) entry.Release();
    }

    /// <summary>One open file, counted: one for this table, and one for each use.</summary>
    internal sealed class Entry(CachedFile file, int revision)
    {
        private int _references = 1;

        public CachedFile File { get; } = file;

        public int Revision { get; } = revision;

        public long Opened { get; } = Environment.TickCount64;

        /// <summary>Only while one is held.</summary>
        public void AddReference() => Interlocked.Increment(ref _references);

        public void Release()
        {
            if (Interlocked.Decrement(ref _references) == 0) File.Dispose();
        }
    }

    /// <summary>The right to read an open file until disposed; disposing twice is harmless.</summary>
    internal sealed class FileUse : IDisposable
    {
        private Entry? _entry;

        public FileUse(Entry entry)
        {
            entry.AddReference();
            _entry = entry;
        }

        /// <summary>The chunk's revision when the file was opened.</summary>
        public int Revision => (_entry ?? throw new ObjectDisposedException(nameof(FileUse))).Revision;

        public SafeFileHandle Handle => (_entry ?? throw new ObjectDisposedException(nameof(FileUse))).File.Handle;

        public void Dispose() => Interlocked.Exchange(ref _entry, null)?.Release();
    }
}
