using System.Diagnostics;

namespace ZarrFs.Host.Progress;

/// <summary>Bytes a second, averaged over the last while, and from it the time that is left.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(999);

    private readonly Queue<(TimeSpan At, long Bytes, double Share)> _samples = new();
    private readonly Func<TimeSpan> _clock;

    /// <param name="clock">Time since the beginning; null for that of the machine.</param>
    public RateMeter(Func<TimeSpan>? clock = null)
    {
        long start = Stopwatch.GetTimestamp();
        _clock = clock ?? (() => Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => _clock();

    /// <summary>Bytes a second.</summary>
    public double Rate { get; private set; }

    /// <summary>Time that is left, or null while nothing can be said.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>Takes how far it is. What an earlier run had done took no time of this one, so it is in no rate.</summary>
    public void Take(ProgressSample sample)
    {
        (TimeSpan At, long Bytes, double Share) now = (Elapsed, sample.Done - sample.Skipped, sample.Share);
        _samples.Enqueue(now);
        while (_samples.Count > 2 && now.At - _samples.Peek().At > Window) _samples.Dequeue();
        (TimeSpan at, long bytes, double share) = _samples.Peek();
        double seconds = (now.At - at).TotalSeconds;
        if (seconds <= 0) return;
        Rate = (now.Bytes - bytes) / seconds;
        double left = sample.Total > 0 ? (sample.Total - sample.Done) / Rate : (1 - now.Share) * seconds / (now.Share - share);
        Left = double.IsFinite(left) && left >= 0 ? TimeSpan.FromSeconds(Math.Min(left, Longest.TotalSeconds)) : null;
    }
}
