namespace ZarrFs.Host.Mount;

/// <summary>
/// Whether the threads that take the kernel's requests still do. The mount itself is not asked: a program that waits for its own answer to the kernel cannot
/// be killed any more, since the connection ends with its last thread, and that thread waits for the connection.
/// </summary>
internal sealed class RequestPulse
{
    private int _waiting;
    private long _taken;
    private long _seen;

    /// <summary>A thread waits for a request.</summary>
    public void Wait() => Interlocked.Increment(ref _waiting);

    /// <summary>It has one.</summary>
    public void Take()
    {
        Interlocked.Increment(ref _taken);
        Interlocked.Decrement(ref _waiting);
    }

    /// <summary>True if a thread waits, or one has taken a request since this was asked before. To be asked by one thread.</summary>
    public bool Beats()
    {
        long seen = _seen;
        _seen = Interlocked.Read(ref _taken);
        return _seen != seen || Volatile.Read(ref _waiting) > 0;
    }
}
