using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>
/// The files of an array's chunks: those used last stay open, and those found missing known, up to a limit. A file in use is never closed
/// underneath its reader.
/// </summary>
internal sealed class ChunkHandles : IDisposable
{
    // What the attributes of a file are that is not there; what cannot be looked at is an exception.
    private const FileAttributes NoFile = (FileAttributes)(-1);

    private readonly ZarrArray _array;
    private readonly ChunkLayout _layout;
    private readonly SourceRoot _root;
    private readonly int _limit;
    private readonly Lock _sync = new();
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly LinkedList<Entry> _recent = new();
    private bool _disposed;
    private long _opened;

    public ChunkHandles(ZarrArray array, ChunkLayout layout, int limit, SourceRoot root)
    {
        _array = array;
        _layout = layout;
        _root = root;
        _limit = Math.Max(1, Math.Min(limit, DescriptorLimit.Current / 4));
    }

    /// <summary>Files open or known to be missing now.</summary>
    public int Count
    {
        get
        {
            lock (_sync) return _recent.Count;
        }
    }

    /// <summary>Files opened, or found missing, so far: what tests count.</summary>
    public long Opened => Interlocked.Read(ref _opened);

    /// <summary>The path of a chunk's file.</summary>
    public string PathOf(long number) => Path.Combine(_array.Directory, _layout.Key(number));

    /// <summary>Opens the file of a chunk; null if the chunk has none, which makes it fill. To be disposed after use.</summary>
    /// <exception cref="SourceException">It is no chunk, and will not be one later.</exception>
    /// <exception cref="IOException">It cannot be opened now, or the whole array has gone: an unmounted disk must not look like fill.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public Use Open(long number)
    {
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_entries.TryGetValue(number, out Entry? known)) return Take(known);
        }

        Entry opened = new(number, OpenHandle(PathOf(number)));
        List<SafeFileHandle> surplus = [];
        Use use;
        lock (_sync)
        {
            if (!_entries.TryAdd(number, opened))
            {
                // Another thread was faster.
                if (opened.Handle is { } twice) surplus.Add(twice);
                opened = _entries[number];
            }
            else
            {
                opened.Place = _recent.AddLast(opened);
            }

            use = Take(opened);
            Trim(surplus, _limit);
        }

        foreach (SafeFileHandle handle in surplus) handle.Dispose();
        return use;
    }

    /// <summary>Closes what is not in use; what is in use is closed when it is given back.</summary>
    public void Dispose()
    {
        List<SafeFileHandle> surplus = [];
        lock (_sync)
        {
            _disposed = true;
            Trim(surplus, 0);
        }

        foreach (SafeFileHandle handle in surplus) handle.Dispose();
    }

    private Use Take(Entry entry)
    {
        entry.Users++;
        _recent.Remove(entry.Place!);
        _recent.AddLast(entry.Place!);
        return new Use(this, entry);
    }

    private void Release(Entry entry)
    {
        List<SafeFileHandle>? surplus = null;
        lock (_sync)
        {
            entry.Users--;
            if (_recent.Count > _limit || _disposed) Trim(surplus = [], _disposed ? 0 : _limit);
        }

        if (surplus is null) return;
        foreach (SafeFileHandle handle in surplus) handle.Dispose();
    }

    private void Trim(List<SafeFileHandle> surplus, int limit)
    {
        for (LinkedListNode<Entry>? place = _recent.First; place is not null && _recent.Count > limit;)
        {
            LinkedListNode<Entry>? next = place.Next;
            if (place.Value.Users == 0)
            {
                _recent.Remove(place);
                _entries.Remove(place.Value.Number);
                if (place.Value.Handle is { } handle) surplus.Add(handle);
            }

            place = next;
        }
    }

    private SafeFileHandle? OpenHandle(string path)
    {
        Interlocked.Increment(ref _opened);
        FileInfo file = new(path);
        if (file.Attributes == NoFile)
        {
            if (File.Exists(_array.Document.Path)) return null;
            throw new IOException($"{_array.Document.Path} was there when the source was opened and is gone; chunks that are not found are not taken for fill");
        }

        if ((file.Attributes & FileAttributes.Directory) != FileAttributes.None) throw new SourceException(path, "is a directory, expected the file of a chunk");
        if ((file.Attributes & FileAttributes.ReparsePoint) != FileAttributes.None)
            file = file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target : throw new IOException("it is a symbolic link, and there is no file behind it");
        // Asked before it is opened: pipes have no size, and opening one would wait for its writer.
        if (file.Length == 0) throw new SourceException(path, "the file is empty, expected a chunk");
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            _root.Check(handle, path);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The right to read a chunk's file until disposed.</summary>
    public readonly struct Use(ChunkHandles files, Entry entry) : IDisposable
    {
        /// <summary>The file, or null if the chunk has none.</summary>
        public SafeFileHandle? Handle => entry.Handle;

        /// <inheritdoc/>
        public void Dispose() => files.Release(entry);
    }

    internal sealed class Entry(long number, SafeFileHandle? handle)
    {
        public long Number { get; } = number;

        public SafeFileHandle? Handle { get; } = handle;

        public int Users { get; set; }

        public LinkedListNode<Entry>? Place { get; set; }
    }
}
