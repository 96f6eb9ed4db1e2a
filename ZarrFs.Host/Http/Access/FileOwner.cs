using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Http.Access;

/// <summary>Whose a file is. A service under a user of its own must still be able to read a file that root has changed.</summary>
internal static partial class FileOwner
{
    /// <summary>Gives a file the owner, and the group with its right to read, of another. Who is not root has only files of his own.</summary>
    public static void Copy(string from, SafeFileHandle to)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return;
        if (!FileStat.TryRead(from, out FileStat stat)) throw Failure($"the owner of {from} cannot be told");
        if (FChangeOwner(to, stat.User, stat.Group) != 0) throw Failure($"the owner of {from} cannot be kept");
        if ((File.GetUnixFileMode(from) & UnixFileMode.GroupRead) != UnixFileMode.None) File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }

    private static IOException Failure(string what) => new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChangeOwner(SafeFileHandle file, uint user, uint group);
}
