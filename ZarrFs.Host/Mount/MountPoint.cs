using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Mount;

/// <summary>A directory with our filesystem on it, from mount to unmount.</summary>
internal sealed partial class MountPoint : IDisposable
{
    // For somebody to end. Naps are counted, and not the time: while the machine stands still nobody comes to his end.
    private const int NapMilliseconds = 10;
    private const int MostNaps = 1500;

    private readonly IMounter _mounter;
    private readonly MountLock _lock;
    private readonly MountEntry _entry;

    private MountPoint(string path, IMounter mounter, MountLock held, MountEntry entry, SafeFileHandle connection)
    {
        Path = path;
        _mounter = mounter;
        _lock = held;
        _entry = entry;
        Connection = connection;
    }

    /// <summary>The resolved path.</summary>
    public string Path { get; }

    /// <summary>The kernel's end; whoever serves it closes it.</summary>
    public SafeFileHandle Connection { get; }

    /// <summary>
    /// Checks the directory and mounts. A dead mount of ours on it is taken away first; everything else that is in the way is an error.
    /// </summary>
    /// <exception cref="MountException">It cannot be done; says why and what to do.</exception>
    public static MountPoint Mount(MountOptions options, IMounter mounter, ILogger logger)
    {
        MountPointCheck.RequireFuse(options.MountPoint);
        string path = MountPointCheck.Resolve(options.MountPoint);
        MountLock held = Acquire(path, options.Source, logger);
        try
        {
            ClearDeadMounts(path, mounter, logger);
            MountPointCheck.RequireEmptyDirectory(path);
            SafeFileHandle connection = mounter.Mount(path, options);
            MountEntry? entry = MountTable.TopmostAt(path);
            if (entry is not null) return new MountPoint(path, mounter, held, entry, connection);
            connection.Dispose();
            throw new MountException(path, "mounted, and gone again at once; somebody else unmounted it, try again");
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Lets the kernel read ahead further than its 128 KiB; after the handshake, which sets it. Root only.</summary>
    /// <returns>False if the system does not allow it: reads then come in smaller pieces.</returns>
    public bool TrySetReadAhead(int kib)
    {
        try
        {
            File.WriteAllText($"/sys/class/bdi/{_entry.Device}/read_ahead_kb", $"{kib}\n");
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Takes the filesystem away: at once if nobody uses it, else out of sight, to end with the last open file.</summary>
    /// <exception cref="MountException">Neither is possible.</exception>
    public UnmountOutcome Unmount()
    {
        MountEntry? topmost = MountTable.TopmostAt(Path);
        if (topmost?.Device != _entry.Device)
        {
            // Unmounting by path would hit what has been mounted over ours.
            if (MountTable.Read().All(entry => entry.Device != _entry.Device)) return UnmountOutcome.AlreadyGone;
            throw new MountException(
                Path, $"{topmost?.Type ?? "something else"} is mounted over it; unmount that first, then this with `umount -l {Path}`");
        }

        if (_mounter.TryUnmount(Path, lazy: false, out _)) return UnmountOutcome.Unmounted;
        if (_mounter.TryUnmount(Path, lazy: true, out string problem)) return UnmountOutcome.Detached;
        throw new MountException(Path, $"cannot be unmounted ({problem}); do it by hand with `umount -l {Path}`");
    }

    /// <summary>Lets others mount here.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>Takes the lock. From a program that was killed and cannot end, it comes when the connection is cut that one of its threads waits for.</summary>
    private static MountLock Acquire(string path, string source, ILogger logger)
    {
        bool isCut = false;
        for (int naps = 0; ; naps++)
        {
            if (MountLock.TryAcquire(path, source, out MountHolder? holder) is { } held) return held;
            char? state = holder!.State;
            if (state is not (null or 'Z' or 'X') || naps == MostNaps) throw Serving(path, holder);
            if (state is not null && !isCut && MountTable.TopmostAt(path) is { Type: MountTable.OwnType } entry)
            {
                isCut = true;
                Connections.Cut(entry);
                LogConnectionCut(logger, path, holder.Pid);
            }

            Thread.Sleep(NapMilliseconds);
        }
    }

    // The lock is ours by now, so no zarrfs of this user serves the path.
    private static void ClearDeadMounts(string path, IMounter mounter, ILogger logger)
    {
        while (MountTable.TopmostAt(path) is { } entry)
        {
            string? obstacle =
                entry.Type != MountTable.OwnType
                    ? $"a {entry.Type} filesystem ({entry.Source}) is mounted here already; choose another directory or `umount {path}`"
                : !MountPointCheck.IsDead(path)
                    ? "a zarrfs of another user or another container serves this mountpoint; end it, or choose another directory"
                : !mounter.TryUnmount(path, lazy: true, out string problem)
                    ? $"a dead zarrfs mount is in the way and cannot be removed ({problem}); remove it with `umount -l {path}`"
                : null;
            if (obstacle is not null) throw new MountException(path, obstacle);
            LogDeadMountRemoved(logger, path);
        }
    }

    private static MountException Serving(string path, MountHolder holder)
    {
        string source = holder.Source.Length == 0 ? "a volume" : $"\"{holder.Source}\"";
        return new MountException(
            path, $"zarrfs (process {holder.Pid}) already serves {source} here; end it with `kill {holder.Pid}` or choose another mountpoint");
    }

    [LoggerMessage(LogLevel.Information, "Cut the connection of {Path}: zarrfs (process {Pid}) was killed and had not ended.")]
    private static partial void LogConnectionCut(ILogger logger, string path, int pid);

    [LoggerMessage(LogLevel.Information, "Removed the dead mount that an earlier zarrfs left on {Path}.")]
    private static partial void LogDeadMountRemoved(ILogger logger, string path);
}

/// <summary>How an unmount went.</summary>
internal enum UnmountOutcome
{
    /// <summary>Done.</summary>
    Unmounted,

    /// <summary>Out of sight, but with files open: they must be served until they are closed.</summary>
    Detached,

    /// <summary>Somebody else had unmounted it.</summary>
    AlreadyGone,
}
