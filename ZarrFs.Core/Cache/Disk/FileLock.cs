using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>A lock on a file that goes with the process, however it ends.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes a lock; null if another process has one that does not go with it, or the file system has no locks.</summary>
    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="exclusive">False for one that several can have at the same time.</param>
    /// <param name="wait">Whether to wait for the other process.</param>
    public static FileLock? TryTake(string path, bool exclusive, bool wait = false)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return new FileLock(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, exclusive ? FileShare.None : FileShare.ReadWrite));
            var taken = new FileLock(Libc.Open(path, Libc.ReadWrite | Libc.Create));
            if (taken.TryChange(exclusive, wait)) return taken;
            taken._file.Dispose();
            return null;
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            return null;
        }
    }

    /// <summary>Makes a lock that several can have one that only this process has; if that fails, there is none any more.</summary>
    public bool TryMakeExclusive() => OperatingSystem.IsLinux() && TryChange(exclusive: true, wait: false);

    /// <summary>Makes the lock one that several can have, whatever it was; waits for whoever has it alone.</summary>
    public bool TryMakeShared() => OperatingSystem.IsLinux() && TryChange(exclusive: false, wait: true);

    public void Dispose()
    {
        // Closing does not let go of it for as long as a child that is just being started has a copy of the descriptor.
        if (OperatingSystem.IsLinux() && !_file.IsClosed) _ = Libc.flock(_file, Libc.Unlock);
        _file.Dispose();
    }

    private bool TryChange(bool exclusive, bool wait) =>
        Libc.flock(_file, (exclusive ? Libc.LockExclusive : Libc.LockShared) | (wait ? 0 : Libc.LockNonBlocking)) == 0;
}
