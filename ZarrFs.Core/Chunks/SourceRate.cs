using System.Diagnostics;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Bytes of level-0 voxels that one source gives in a second of reading, by all workers together. Time counts while anybody reads, and what was
/// long ago counts less: after two seconds of reading a third of what it did.
/// </summary>
internal sealed class SourceRate
{
    private const double Memory = 2;

    // What is assumed before anything was measured, as if it had been seen for a quarter of a second: it is soon outweighed.
    private const double AssumedRate = 256 << 20;
    private const double AssumedSeconds = 0.25;

    private readonly Lock _sync = new();
    private double _bytes = AssumedRate * AssumedSeconds;
    private double _seconds = AssumedSeconds;
    private int _reading;
    private long _since;

    /// <summary>Bytes a second.</summary>
    public double Now
    {
        get
        {
            lock (_sync) return _bytes / _seconds;
        }
    }

    /// <summary>Reads something that counts.</summary>
    /// <param name="read">Reads, and says how many bytes of voxels that were; 0 for none: neither they nor the time count, unless others read too.</param>
    public void Measure(Func<long> read)
    {
        Begin(Stopwatch.GetTimestamp());
        long bytes = 0;
        try
        {
            bytes = read();
        }
        finally
        {
            End(bytes, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Begins a read at a time of <see cref="Stopwatch"/>.</summary>
    internal void Begin(long now)
    {
        lock (_sync)
        {
            if (_reading++ == 0) _since = now;
        }
    }

    /// <summary>Ends a read.</summary>
    internal void End(long bytes, long now)
    {
        lock (_sync)
        {
            _reading--;
            if (bytes == 0) return;
            double seconds = Stopwatch.GetElapsedTime(_since, now).TotalSeconds;
            _since = now;
            double weight = Math.Exp(-seconds / Memory);
            _bytes = (_bytes * weight) + bytes;
            _seconds = (_seconds * weight) + seconds;
        }
    }
}
