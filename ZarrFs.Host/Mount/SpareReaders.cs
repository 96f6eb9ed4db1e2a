namespace ZarrFs.Host.Mount;

/// <summary>
/// Reader threads beyond those that must always be there to take requests. So many of them may wait for a disk themselves: handing the call to
/// another thread and waking that costs as much as a tenth of a chunk's reading.
/// </summary>
internal sealed class SpareReaders(int count)
{
    private int _free = count;

    /// <summary>How many threads there are.</summary>
    public int Count { get; } = count;

    /// <summary>True if the calling reader thread may wait; it calls <see cref="Exit"/> then.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Decrement(ref _free) >= 0) return true;
        Exit();
        return false;
    }

    /// <summary>The wait is over.</summary>
    public void Exit() => Interlocked.Increment(ref _free);
}
