using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http.Limits;

/// <summary>What an address takes of the server: connections, and requests over time. Connection feature.</summary>
/// <param name="address">Whose it is.</param>
/// <param name="isNear">Whether it is this machine's.</param>
/// <param name="time">The clock.</param>
internal sealed class ClientShare(ClientAddress address, bool isNear, TimeProvider time)
{
    // What may come at once after a pause: a viewer that is opened asks for some hundred things.
    private const int SecondsAtOnce = 2;

    private long _interval;

    // When the requests so far would have come at an even pace: the same as a bucket of tokens, without one to fill.
    private long _due;

    public ClientAddress Address => address;

    public bool IsNear => isNear;

    /// <summary>Connections open now; guarded by the lock of <see cref="ClientShares"/>.</summary>
    public int Connections { get; set; }

    /// <summary>True if nothing of what was taken counts any more.</summary>
    public bool IsRested => Volatile.Read(ref _due) <= time.GetTimestamp();

    /// <summary>Sets the rate of the requests to come; there is none at first.</summary>
    /// <param name="requestsPerSecond">Most requests; 0 for any number.</param>
    public void Limit(int requestsPerSecond) => Volatile.Write(ref _interval, requestsPerSecond == 0 ? 0 : Math.Max(1, time.TimestampFrequency / requestsPerSecond));

    /// <summary>Takes a request; false if there have been too many.</summary>
    public bool TryRequest()
    {
        long interval = Volatile.Read(ref _interval);
        if (interval == 0) return true;
        long now = time.GetTimestamp();
        while (true)
        {
            long due = Volatile.Read(ref _due);
            long next = Math.Max(due, now) + interval;
            if (next - now > SecondsAtOnce * time.TimestampFrequency) return false;
            if (Interlocked.CompareExchange(ref _due, next, due) == due) return true;
        }
    }
}
