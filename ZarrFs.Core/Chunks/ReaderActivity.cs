namespace ZarrFs.Core.Chunks;

/// <summary>Whether anybody waits for a chunk, and since when nobody does.</summary>
internal sealed class ReaderActivity
{
    private int _waiting;
    private long _last = Environment.TickCount64;

    /// <summary>How many wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>When the last of those who do not wait any more did, or when this began, by <see cref="Environment.TickCount64"/>.</summary>
    public long LastWaited => Interlocked.Read(ref _last);

    /// <summary>Somebody begins to wait.</summary>
    public void Enter() => Interlocked.Increment(ref _waiting);

    /// <summary>He has stopped waiting.</summary>
    public void Leave()
    {
        Interlocked.Exchange(ref _last, Environment.TickCount64);
        Interlocked.Decrement(ref _waiting);
    }

    /// <summary>True if nobody waits or has waited for so many milliseconds.</summary>
    public bool IsQuietFor(int milliseconds) =>
        Waiting == 0 && Environment.TickCount64 - LastWaited >= milliseconds;
}
