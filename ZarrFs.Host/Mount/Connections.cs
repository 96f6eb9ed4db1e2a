namespace ZarrFs.Host.Mount;

/// <summary>The kernel's ends of all FUSE connections.</summary>
internal static class Connections
{
    /// <summary>
    /// Ends a mount's connection, with an error for everybody who waits for it. The kernel does so by itself when the last of those who have the connection
    /// open has ended; but a thread of such a program that waits for an answer of its own mount ends only then, and cannot be killed before.
    /// </summary>
    public static void Cut(MountEntry mount)
    {
        try
        {
            // The user's who has mounted it. Not everywhere: it is a file system of its own.
            File.WriteAllText($"/sys/fs/fuse/connections/{mount.Device.Split(':')[^1]}/abort", "1");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _ = Libc.Unmount(mount.Path, Libc.UnmountForce | Libc.UnmountNoFollow); // root's alone; whether it can be unmounted, too, does not matter here
        }
    }
}
