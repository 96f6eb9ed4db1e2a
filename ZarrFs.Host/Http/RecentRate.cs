namespace ZarrFs.Host.Http;

/// <summary>
/// How fast a total rises, over the last seconds, by what it was when it was asked for before: nothing runs while nobody asks, and who has not
/// asked for a while is told 0 first.
/// </summary>
/// <param name="clock">Time since any beginning.</param>
internal sealed class RecentRate(Func<TimeSpan> clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);

    private readonly Lock _sync = new();
    private readonly Queue<(TimeSpan At, long Total)> _samples = new();
    private TimeSpan _last;

    /// <summary>Per second.</summary>
    /// <param name="total">What it is now.</param>
    public double Of(long total)
    {
        lock (_sync)
        {
            TimeSpan now = clock();
            while (_samples.Count > 0 && now - _samples.Peek().At > Longest) _samples.Dequeue();
            TimeSpan since = _samples.Count > 0 ? now - _samples.Peek().At : TimeSpan.Zero;
            double rate = since >= Shortest ? Math.Max(0, total - _samples.Peek().Total) / since.TotalSeconds : 0;
            if (_samples.Count == 0 || now - _last >= Shortest)
            {
                _samples.Enqueue((now, total));
                _last = now;
            }

            return rate;
        }
    }
}
