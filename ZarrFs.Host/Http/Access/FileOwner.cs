using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Http.Access;

/// <summary>Whose a file is. A service under a user of its own must still be able to read a file that root has changed.</summary>
internal static unsafe partial class FileOwner
{
    private const int CurrentDirectory = -100;
    private const uint MaskUserAndGroup = 0x8 | 0x10;

    // struct statx is the same on all processors: 256 bytes, the user at 20, the group at 24.
    private const int StatBytes = 256, UserAt = 20, GroupAt = 24;

    /// <summary>Gives a file the owner, and the group with its right to read, of another. Who is not root has only files of his own.</summary>
    public static void Copy(string from, SafeFileHandle to)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return;
        byte* stat = stackalloc byte[StatBytes];
        if (StatX(CurrentDirectory, from, 0, MaskUserAndGroup, stat) != 0) throw Failure($"the owner of {from} cannot be told");
        if (FChangeOwner(to, *(uint*)(stat + UserAt), *(uint*)(stat + GroupAt)) != 0) throw Failure($"the owner of {from} cannot be kept");
        if ((File.GetUnixFileMode(from) & UnixFileMode.GroupRead) != UnixFileMode.None) File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }

    private static IOException Failure(string what) => new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChangeOwner(SafeFileHandle file, uint user, uint group);
}
