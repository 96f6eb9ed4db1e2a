using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>The real thing. Where the system is not Linux, names cannot be forced and files are one by one.</summary>
/// <param name="store">The store's directory.</param>
internal sealed class DiskSync(string store) : IDiskSync
{
    // Open from the start: syncfs tells of what could not be written since this was opened, and of nothing before.
    private readonly SafeFileHandle? _store = OperatingSystem.IsLinux() ? Libc.Open(store, Libc.ReadOnly) : null;

    public void File(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public void Directory(string path)
    {
        if (_store is null) return;
        using SafeFileHandle directory = Libc.Open(path, Libc.ReadOnly);
        if (Libc.fsync(directory) != 0) throw Libc.Failure(path);
    }

    public void FileSystem()
    {
        if (_store is null)
        {
            foreach (string path in System.IO.Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories))
            {
                using SafeFileHandle file = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                File(file);
            }
        }
        else if (Libc.syncfs(_store) != 0)
        {
            throw Libc.Failure(store);
        }
    }

    public void Dispose() => _store?.Dispose();
}
