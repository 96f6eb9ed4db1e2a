using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Mount;

/// <summary>
/// A file that is locked for as long as this process serves a mountpoint. The lock goes with the process, however it ends: it is the one
/// sign of life that a kill −9 does not leave behind, and asking for it never touches the mount. Its text says who holds it.
/// </summary>
internal sealed class MountLock : IDisposable
{
    private const int LongestText = 16 * 1024;

    private readonly SafeFileHandle _handle;
    private readonly string _file;

    private MountLock(SafeFileHandle handle, string file)
    {
        _handle = handle;
        _file = file;
    }

    /// <summary>The directory of this user's lock files.</summary>
    public static string Directory
    {
        get
        {
            if (Libc.GetEffectiveUid() == 0) return "/run/zarrfs";
            string? runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
            return System.IO.Directory.Exists(runtime)
                ? Path.Combine(runtime, "zarrfs")
                : Path.Combine(Path.GetTempPath(), $"zarrfs-{Libc.GetEffectiveUid()}");
        }
    }

    /// <summary>Takes the lock of a mountpoint, or says who has it.</summary>
    /// <param name="mountPoint">The resolved path.</param>
    /// <param name="source">What is going to be mounted.</param>
    /// <param name="holder">The living holder, if null is returned.</param>
    /// <param name="directory">Where lock files are; <see cref="Directory"/> if null.</param>
    /// <exception cref="MountException">The lock file cannot be made.</exception>
    public static MountLock? TryAcquire(string mountPoint, string source, out MountHolder? holder, string? directory = null)
    {
        string file = FileFor(mountPoint, directory ?? PreparedDirectory(mountPoint));
        while (true)
        {
            SafeFileHandle handle = Open(mountPoint, file);
            if (Libc.FLock(handle, Libc.LockExclusive | Libc.LockNonBlocking) != 0)
            {
                using (handle) holder = MountHolder.Parse(ReadText(handle));
                return null;
            }

            // The last holder may have deleted the file after we opened it: then this is a lock that nobody else will ever meet.
            if (IsDeleted(handle))
            {
                handle.Dispose();
                continue;
            }

            WriteText(handle, new MountHolder(Environment.ProcessId, source, mountPoint).ToString());
            holder = null;
            return new MountLock(handle, file);
        }
    }

    /// <summary>Gives the lock back and deletes its file.</summary>
    public void Dispose()
    {
        if (_handle.IsClosed) return;
        File.Delete(_file);
        _handle.Dispose();
    }

    private static string FileFor(string mountPoint, string directory)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(mountPoint));
        return Path.Combine(directory, $"{Convert.ToHexStringLower(digest.AsSpan(0, 8))}.lock");
    }

    private static string PreparedDirectory(string mountPoint)
    {
        string directory = Directory;
        try
        {
            if (System.IO.Directory.CreateDirectory(directory).LinkTarget is not null)
                throw new MountException(mountPoint, $"the lock directory {directory} is a symbolic link; remove it and start again");

            // Only the owner may do this: a directory that somebody else laid out in a shared place is refused.
            if (OperatingSystem.IsLinux())
                File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return directory;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MountException(
                mountPoint, $"the lock directory {directory} cannot be used ({failure.Message}); make it writable for this user", failure);
        }
    }

    // By hand, since File.Open takes locks of its own on the same file.
    private static SafeFileHandle Open(string mountPoint, string file)
    {
        const uint OwnerReadWrite = 0x180; // 0600
        int descriptor = Libc.Open(file, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenCloseOnExec | Libc.OpenNoFollow, OwnerReadWrite);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        throw new MountException(mountPoint, $"the lock file {file} cannot be opened ({Libc.Describe(Libc.LastError)}); remove it and start again");
    }

    private static bool IsDeleted(SafeFileHandle handle)
    {
        string? target = new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;
        return target is null || target.EndsWith(" (deleted)", StringComparison.Ordinal);
    }

    private static string ReadText(SafeFileHandle handle)
    {
        byte[] text = new byte[LongestText];
        return Encoding.UTF8.GetString(text, 0, RandomAccess.Read(handle, text, 0));
    }

    private static void WriteText(SafeFileHandle handle, string text)
    {
        RandomAccess.SetLength(handle, 0);
        RandomAccess.Write(handle, Encoding.UTF8.GetBytes(text), 0);
    }
}
