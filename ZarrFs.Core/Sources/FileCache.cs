using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>
/// Keeps the files used last open, up to a limit. A file in use is never closed underneath its reader: when all are in use the limit is
/// passed for as long as that lasts.
/// </summary>
internal sealed class FileCache : IDisposable
{
    private const int TooManyOpenFiles = 24;
    private const int TooManyOpenFilesInSystem = 23;

    private readonly string _directory;
    private readonly SourceRoot _root;
    private readonly Func<SourceFile, SafeFileHandle, string, OpenFile> _load;
    private readonly Lock _sync = new();
    private readonly LinkedList<OpenFile> _order = new();
    private bool _disposed;

    /// <param name="directory">Where the files are.</param>
    /// <param name="root">Where they may really lie.</param>
    /// <param name="limit">Most files open at once; lowered to a quarter of what the process may open.</param>
    /// <param name="load">Reads the header of a file just opened; throws what is wrong with it.</param>
    public FileCache(string directory, SourceRoot root, int limit, Func<SourceFile, SafeFileHandle, string, OpenFile> load)
    {
        _directory = directory;
        _root = root;
        _load = load;
        Limit = Math.Max(1, Math.Min(limit, DescriptorLimit.Current / 4));
    }

    /// <summary>Most files open while none is in use.</summary>
    public int Limit { get; }

    /// <summary>Files open now.</summary>
    public int Count
    {
        get
        {
            lock (_sync) return _order.Count;
        }
    }

    public string PathOf(SourceFile file) => Path.Combine(_directory, file.Name);

    /// <summary>Gives a file for reading, opening it if needed; to be given back with <see cref="Release"/>.</summary>
    /// <returns>Null if the file is bad, as its <see cref="SourceFile.Failure"/> says.</returns>
    /// <exception cref="SourceException">The file cannot be opened or read now; it may be later.</exception>
    public OpenFile? Acquire(SourceFile file)
    {
        if (TryTake(file) is { } open) return open;
        // Two readers of one file open it once; readers of others are not held up.
        lock (file)
        {
            if (TryTake(file) is { } opened) return opened;
            if (file.Failure is not null) return null;
            OpenFile? loaded = Open(file);
            if (loaded is null) return null;
            List<OpenFile> surplus = [];
            lock (_sync)
            {
                loaded.Users = 1;
                if (!file.IsReplaced)
                {
                    loaded.Node = _order.AddFirst(loaded);
                    file.Open = loaded;
                    TakeSurplus(surplus, Limit);
                }
            }

            Close(surplus);
            return loaded;
        }
    }

    /// <summary>Gives a file back.</summary>
    public void Release(OpenFile open)
    {
        List<OpenFile>? surplus = null;
        lock (_sync)
        {
            open.Users--;
            if (open.Node is null)
            {
                if (open.Users == 0) surplus = [open];
            }
            else if (_order.Count > Limit || _disposed) TakeSurplus(surplus = [], _disposed ? 0 : Limit);
        }

        if (surplus is not null) Close(surplus);
    }

    /// <summary>Closes a file that another object stands for from now on, when nobody uses it any more.</summary>
    public void Forget(SourceFile file)
    {
        OpenFile? idle = null;
        lock (_sync)
        {
            file.IsReplaced = true;
            if (file.Open is not { } open) return;
            _order.Remove(open.Node!);
            open.Node = null;
            file.Open = null;
            if (open.Users == 0) idle = open;
        }

        idle?.Handle.Dispose();
    }

    /// <summary>Closes what is not in use; what is in use is closed when it is given back.</summary>
    public void Dispose()
    {
        List<OpenFile> surplus = [];
        lock (_sync)
        {
            _disposed = true;
            TakeSurplus(surplus, 0);
        }

        Close(surplus);
    }

    private static void Close(List<OpenFile> files)
    {
        foreach (OpenFile file in files) file.Handle.Dispose();
    }

    private OpenFile? TryTake(SourceFile file)
    {
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            OpenFile? open = file.Open;
            if (open is null || file.Failure is not null) return null;
            open.Users++;
            if (_order.First != open.Node)
            {
                _order.Remove(open.Node!);
                _order.AddFirst(open.Node!);
            }

            return open;
        }
    }

    private void TakeSurplus(List<OpenFile> surplus, int limit)
    {
        for (LinkedListNode<OpenFile>? node = _order.Last; node is not null && _order.Count > limit;)
        {
            LinkedListNode<OpenFile>? before = node.Previous;
            if (node.Value.Users == 0)
            {
                node.Value.File.Open = null;
                _order.Remove(node);
                surplus.Add(node.Value);
            }

            node = before;
        }
    }

    private OpenFile? Open(SourceFile file)
    {
        string path = PathOf(file);
        SafeFileHandle? handle = null;
        try
        {
            handle = OpenHandle(path, file.Size);
            _root.Check(handle, path);
            OpenFile open = _load(file, handle, path);
            handle = null;
            return open;
        }
        catch (SourceException failure) when (failure is not SourceChangedException)
        {
            file.Failure = failure;
            return null;
        }
        catch (IOException) when (SourceRoot.IsDangling(path, file))
        {
            file.Failure = new SourceException(path, "is a symbolic link, and there is no file behind it");
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(path, $"cannot be read: {failure.Message}", failure);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    private SafeFileHandle OpenHandle(string path, long size)
    {
        try
        {
            return ReadHandle.Open(path, size);
        }
        catch (IOException failure) when (failure.HResult is TooManyOpenFiles or TooManyOpenFilesInSystem)
        {
            // Somebody else in the process took them; ours that are idle are the first to go.
            List<OpenFile> idle = [];
            lock (_sync) TakeSurplus(idle, 0);
            if (idle.Count == 0) throw;
            Close(idle);
            return ReadHandle.Open(path, size);
        }
    }
}
