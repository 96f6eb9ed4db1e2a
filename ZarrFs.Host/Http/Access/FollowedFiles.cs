using System.Security.Cryptography;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Access;

/// <summary>What is read from files, and again when they change. What cannot be read then leaves in force what was there before.</summary>
/// <typeparam name="T">What is made of them.</typeparam>
internal sealed class FollowedFiles<T>
    where T : class
{
    // Looking costs a few microseconds; somebody who revokes a token does not wait longer than this.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<string> _paths;
    private readonly Func<T> _read;
    private readonly TimeProvider _time;
    private readonly Action<T> _changed;
    private readonly Action<string> _broken;
    private Stamp[] _stamps;
    private long _looked;
    private bool _isFollowing;
    private string? _problem;
    private T _current;

    /// <summary>Reads them for the first time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="read">Reads them; its exceptions are those of files, of certificates, or <see cref="OptionException"/>.</param>
    /// <param name="time">Says when to look again.</param>
    /// <param name="changed">Told what was read anew.</param>
    /// <param name="broken">Told why something could not be read again.</param>
    /// <exception cref="OptionException">The files are not as they should be.</exception>
    public FollowedFiles(IReadOnlyList<string> paths, Func<T> read, TimeProvider time, Action<T> changed, Action<string> broken)
    {
        _paths = paths;
        _read = read;
        _time = time;
        _changed = changed;
        _broken = broken;
        _looked = time.GetTimestamp();
        _stamps = Look();
        _current = read();
    }

    /// <summary>What they say; not older than a second.</summary>
    public T Current
    {
        get
        {
            long looked = Volatile.Read(ref _looked), now = _time.GetTimestamp();
            if (_time.GetElapsedTime(looked, now) >= Interval && Interlocked.CompareExchange(ref _looked, now, looked) == looked) Follow();
            return Volatile.Read(ref _current);
        }
    }

    private void Follow()
    {
        // One at a time: of two, the one that read first might be done last.
        if (Interlocked.Exchange(ref _isFollowing, true)) return;
        try
        {
            // Before reading: what is written meanwhile is seen the next time. What could not be read is tried again, since rights do not show here.
            Stamp[] stamps = Look();
            if (_problem is null && stamps.AsSpan().SequenceEqual(_stamps)) return;
            T read = _read();
            _stamps = stamps;
            Volatile.Write(ref _current, read);
            _problem = null;
            _changed(read);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or OptionException)
        {
            if (_problem != failure.Message) _broken(failure.Message);
            _problem = failure.Message;
        }
        finally
        {
            Volatile.Write(ref _isFollowing, false);
        }
    }

    private Stamp[] Look() => [.. _paths.Select(Stamp.Of)];

    /// <summary>By what a file is known to be another. Its time may have been set back to what it was; its inode and the time of change are not.</summary>
    private readonly record struct Stamp(string Path, DateTime Modified, long Length, ulong Inode, long Seconds, uint Nanoseconds)
    {
        public static Stamp Of(string path)
        {
            // Renewed certificates change what a link leads to, not the link.
            FileSystemInfo? end = null;
            if (File.Exists(path)) end = File.ResolveLinkTarget(path, returnFinalTarget: true);
            var file = new FileInfo(end?.FullName ?? path);
            FileStat.TryRead(path, out FileStat stat);
            return file.Exists
                ? new Stamp(file.FullName, file.LastWriteTimeUtc, file.Length, stat.Inode, stat.ChangedSeconds, stat.ChangedNanoseconds)
                : new Stamp(path, default, -1, 0, 0, 0);
        }
    }
}
