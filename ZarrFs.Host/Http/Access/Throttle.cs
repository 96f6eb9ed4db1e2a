namespace ZarrFs.Host.Http.Access;

/// <summary>
/// Slows whoever tries what is wrong. Each client's machine has a bucket: a failure fills it by one, time empties it. While it
/// fills, refusals come later and later; when it is full, nothing is tried for him until there is room again.
/// </summary>
internal sealed class Throttle(TimeProvider time)
{
    // A typing error or two, or a viewer that asks for some chunks at once with a link that has expired, costs nobody anything. After that one
    // password each half minute is 2880 a day, which finds none that is not in everybody's list.
    private const int Full = 20, Free = 5;
    private static readonly TimeSpan Leak = TimeSpan.FromSeconds(30), LongestDelay = TimeSpan.FromSeconds(4);

    /// <summary>Machines that are remembered at once.</summary>
    public const int Most = 10_000;

    // That many are forgotten at once, since it takes a look at all.
    private const int Batch = Most / 8;

    private readonly Lock _sync = new();
    private readonly Dictionary<ClientAddress, Bucket> _buckets = [];

    /// <summary>Machines that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_sync) return _buckets.Count;
        }
    }

    /// <summary>Seconds until something is tried again for a machine; 0 if it is now.</summary>
    public int Wait(ClientAddress address)
    {
        lock (_sync)
        {
            if (!_buckets.TryGetValue(address, out Bucket bucket)) return 0;
            double over = Level(bucket) - (Full - 1);
            return over <= 0 ? 0 : Math.Max(1, (int)Math.Ceiling(over * Leak.TotalSeconds));
        }
    }

    /// <summary>Remembers an attempt, before it is known to have failed: many at once must not all be the first.</summary>
    public void Begin(ClientAddress address)
    {
        lock (_sync)
        {
            bool isKnown = _buckets.TryGetValue(address, out Bucket bucket);
            if (!isKnown && _buckets.Count >= Most) Forget();
            _buckets[address] = new Bucket((isKnown ? Level(bucket) : 0) + 1, time.GetTimestamp());
        }
    }

    /// <summary>Takes an attempt back that has not failed. Those before it count on, or one good password would buy tries of others.</summary>
    public void TakeBack(ClientAddress address)
    {
        lock (_sync)
        {
            if (!_buckets.TryGetValue(address, out Bucket bucket)) return;
            double level = Level(bucket) - 1;
            if (level <= 0) _buckets.Remove(address);
            else _buckets[address] = new Bucket(level, time.GetTimestamp());
        }
    }

    /// <summary>How long to wait before an attempt is said to have failed.</summary>
    public TimeSpan Delay(ClientAddress address)
    {
        lock (_sync)
        {
            double over = _buckets.TryGetValue(address, out Bucket bucket) ? Level(bucket) - Free : 0;
            if (over <= 0) return TimeSpan.Zero;
            var delay = TimeSpan.FromSeconds(0.25 * Math.Pow(2, Math.Min(over, 10) - 1));
            return delay < LongestDelay ? delay : LongestDelay;
        }
    }

    private double Level(Bucket bucket) => Math.Max(0, bucket.Level - (time.GetElapsedTime(bucket.Since) / Leak));

    /// <summary>Makes room: all that are empty, and if these are few, those that did nothing for the longest time.</summary>
    private void Forget()
    {
        foreach ((ClientAddress address, Bucket bucket) in _buckets)
        {
            if (Level(bucket) <= 0) _buckets.Remove(address);
        }

        int more = _buckets.Count - (Most - Batch);
        if (more <= 0) return;
        foreach (ClientAddress address in _buckets.OrderBy(static known => known.Value.Since).Select(static known => known.Key).Take(more).ToArray()) _buckets.Remove(address);
    }

    private readonly record struct Bucket(double Level, long Since);
}
