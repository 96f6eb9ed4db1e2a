using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Tests.Materialize;

/// <summary>Really forces to the disk, and notes what; fails where a test wants it to.</summary>
internal sealed class RecordedSync(string store) : IDiskSync
{
    /// <summary>Between two times that a journal is forced to the disk by itself: whoever counts calls must not meet one of those, however slow the machine.</summary>
    public static readonly TimeSpan OnlyWhenAsked = Timeout.InfiniteTimeSpan;

    private readonly DiskSync _disk = new(store);
    private readonly Lock _sync = new();
    private readonly List<string> _calls = [];

    /// <summary>What was asked, in order: <c>file PATH</c>, <c>directory PATH</c>, <c>file system</c>, relative to the store.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_sync) return [.. _calls];
        }
    }

    /// <summary>Called before each with its text.</summary>
    public Action<string>? Calling { get; set; }

    public void File(SafeFileHandle file)
    {
        Note($"file {Path.GetRelativePath(store, new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget!)}");
        _disk.File(file);
    }

    public void Directory(string path)
    {
        Note($"directory {Path.GetRelativePath(store, path)}");
        _disk.Directory(path);
    }

    public void FileSystem()
    {
        Note("file system");
        _disk.FileSystem();
    }

    public void Dispose() => _disk.Dispose();

    private void Note(string call)
    {
        lock (_sync) _calls.Add(call);
        Calling?.Invoke(call);
    }
}
