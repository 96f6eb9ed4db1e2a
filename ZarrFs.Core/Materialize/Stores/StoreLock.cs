using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>
/// A file that is locked for as long as this process writes a store. The lock goes with the process, however it ends; its text is the
/// process's number.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private StoreLock(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="StoreException">Another process has it; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static StoreLock Take(string store, string path)
    {
        while (true)
        {
            SafeFileHandle handle = Open(store, path);

            // The last holder may have deleted or moved the file after we opened it: then this is a lock that nobody else will ever meet.
            if (IsInPlace(handle, path))
            {
                RandomAccess.SetLength(handle, 0);
                RandomAccess.Write(handle, Encoding.UTF8.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), 0);
                return new StoreLock(handle, path);
            }

            handle.Dispose();
        }
    }

    /// <summary>Deletes the file; the lock is held until <see cref="Dispose"/>.</summary>
    public void Delete() => File.Delete(_path);

    public void Dispose()
    {
        // Closing does not let go of it for as long as a child that is just being started has a copy of the descriptor.
        if (OperatingSystem.IsLinux() && !_handle.IsClosed) _ = Libc.flock(_handle, Libc.Unlock);
        _handle.Dispose();
    }

    // By hand on Linux, since .NET takes a lock of its own on the same file, and the holder's number could not be read.
    private static SafeFileHandle Open(string store, string path)
    {
        if (!OperatingSystem.IsLinux()) return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        SafeFileHandle handle = Libc.Open(path, Libc.ReadWrite | Libc.Create);
        if (Libc.flock(handle, Libc.LockExclusive | Libc.LockNonBlocking) == 0) return handle;
        IOException failure = Libc.Failure(path);
        if (failure.HResult != Libc.WouldBlock) return handle; // a file system without locks: better to write without one than not at all
        using (handle)
        {
            byte[] text = new byte[20];
            string holder = Encoding.UTF8.GetString(text, 0, RandomAccess.Read(handle, text, 0));
            throw new StoreException(store, $"is being written by process {holder} at this moment; wait until it is done, or stop it");
        }
    }

    private static bool IsInPlace(SafeFileHandle handle, string path)
    {
        if (!OperatingSystem.IsLinux() || RealPath(handle) is not { } held) return true;
        try
        {
            using SafeFileHandle there = Libc.Open(path, Libc.ReadOnly);
            return RealPath(there) == held;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? RealPath(SafeFileHandle handle) => new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;
}
