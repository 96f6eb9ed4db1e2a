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
    private string? _problem;
    private T _current;

    /// <summary>Reads them for the first time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="read">Reads them; its exceptions are those of files, or <see cref="OptionException"/>.</param>
    /// <param name="time">Says when to look again.</param>
    /// <param name="changed">Told what was read, the first time too.</param>
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
        changed(_current);
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
        try
        {
            // Before reading: what is written meanwhile is seen the next time. What could not be read is tried again, since rights do not show here.
            Stamp[] stamps = Look();
            if (_problem is null && stamps.AsSpan().SequenceEqual(_stamps)) return;
            _stamps = stamps;
            T read = _read();
            Volatile.Write(ref _current, read);
            _problem = null;
            _changed(read);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or OptionException)
        {
            if (_problem != failure.Message) _broken(failure.Message);
            _problem = failure.Message;
        }
    }

    private Stamp[] Look() => [.. _paths.Select(Stamp.Of)];

    /// <summary>By what a file is known to be another.</summary>
    private readonly record struct Stamp(string Path, DateTime Modified, long Length)
    {
        public static Stamp Of(string path)
        {
            // Renewed certificates change what a link leads to, not the link.
            FileSystemInfo? end = null;
            if (File.Exists(path)) end = File.ResolveLinkTarget(path, returnFinalTarget: true);
            var file = new FileInfo(end?.FullName ?? path);
            return file.Exists ? new Stamp(file.FullName, file.LastWriteTimeUtc, file.Length) : new Stamp(path, default, -1);
        }
    }
}
