using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Mount;

/// <summary>A way to mount: as root by system call, as anybody else through <c>fusermount3</c>.</summary>
internal interface IMounter
{
    /// <summary>The way that is open to this user.</summary>
    static IMounter ForThisUser => Environment.IsPrivilegedProcess ? new KernelMounter() : new FusermountMounter();

    /// <summary>Mounts and gives the connection to the kernel.</summary>
    /// <exception cref="MountException">It cannot be done; says what is missing.</exception>
    SafeFileHandle Mount(string path, MountOptions options);

    /// <summary>Unmounts what is topmost at <paramref name="path"/>.</summary>
    /// <param name="path">The resolved mountpoint.</param>
    /// <param name="lazy">Takes it out of sight at once even if files are open; it ends with the last of them.</param>
    /// <param name="problem">Why not, if false is returned.</param>
    /// <returns>False if it is in use, or not ours to unmount.</returns>
    bool TryUnmount(string path, bool lazy, out string problem);
}
