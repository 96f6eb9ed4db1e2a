using System.Diagnostics;

namespace ZarrFs.Host.Progress;

/// <summary>Bytes a second, averaged over the last while, and from it the time that is left.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    private readonly Queue<(TimeSpan At, long Bytes, double Share)> _samples = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private (TimeSpan At, long Bytes, double Share) _last;

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Bytes a second.</summary>
    public double Rate { get; private set; }

    /// <summary>Time that is left, or null while nothing can be said.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>Takes what was done by now, without what an earlier run had done.</summary>
    public void Take(ProgressSample sample)
    {
        _last = (_clock.Elapsed, sample.Done - sample.Skipped, sample.Share);
        _samples.Enqueue(_last);
        while (_samples.Count > 2 && _last.At - _samples.Peek().At > Window) _samples.Dequeue();
        (TimeSpan at, long bytes, double share) = _samples.Peek();
        double seconds = (_last.At - at).TotalSeconds;
        if (seconds <= 0) return;
        Rate = (_last.Bytes - bytes) / seconds;
        double speed = (_last.Share - share) / seconds;
        Left = speed <= 0 ? null : TimeSpan.FromSeconds(Math.Min((1 - _last.Share) / speed, TimeSpan.FromDays(999).TotalSeconds));
    }
}
