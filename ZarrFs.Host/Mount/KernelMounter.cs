using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Mount;

/// <summary>Mounts by mount(2); root only.</summary>
internal sealed class KernelMounter : IMounter
{
    private const string InContainer = "in a container, start it with `--device /dev/fuse --cap-add SYS_ADMIN`";
    private const int ReadOnly = 1;
    private const int NoSuid = 2;
    private const int NoDev = 4;

    /// <inheritdoc/>
    public SafeFileHandle Mount(string path, MountOptions options)
    {
        int descriptor = Libc.Open("/dev/fuse", Libc.OpenReadWrite | Libc.OpenCloseOnExec, 0);
        if (descriptor < 0) throw CannotOpen(path, Libc.LastError);
        var connection = new SafeFileHandle(descriptor, ownsHandle: true);

        string data = $"fd={descriptor},rootmode=40000,user_id={Libc.GetUid()},group_id={Libc.GetGid()},default_permissions";
        if (options.AllowOther) data += ",allow_other";
        if (Libc.Mount(options.FsName, path, MountTable.OwnType, ReadOnly | NoSuid | NoDev, data) == 0) return connection;

        int error = Libc.LastError;
        connection.Dispose();
        throw error switch
        {
            Errno.EPERM or Errno.EACCES => new MountException(path, $"the kernel does not let this process mount; {InContainer}"),
            Errno.ENODEV => new MountException(path, "the kernel has no FUSE; load it with `modprobe fuse`"),
            _ => new MountException(path, $"mounting failed: {Libc.Describe(error)} (errno {error})"),
        };
    }

    /// <inheritdoc/>
    public bool TryUnmount(string path, bool lazy, out string problem)
    {
        bool done = Libc.Unmount(path, Libc.UnmountNoFollow | (lazy ? Libc.UnmountDetach : 0)) == 0;
        problem = done ? "" : Libc.Describe(Libc.LastError);
        return done;
    }

    private static MountException CannotOpen(string path, int error) => error switch
    {
        Errno.EPERM or Errno.EACCES => new MountException(path, $"/dev/fuse may not be opened; {InContainer}"),
        _ => new MountException(path, $"/dev/fuse cannot be opened ({Libc.Describe(error)}); load it with `modprobe fuse`, or {InContainer}"),
    };
}
