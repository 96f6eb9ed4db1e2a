namespace ZarrFs.Core.Chunks;

/// <summary>So many bytes that all together may have out at once.</summary>
internal sealed class ByteAllowance
{
    private long _taken;
    private long _limit;

    /// <summary>How many; may change at any time, for what is taken from then on.</summary>
    public long Limit
    {
        get => Interlocked.Read(ref _limit);
        set => Interlocked.Exchange(ref _limit, value);
    }

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= Limit) return true;
        Give(bytes);
        return false;
    }

    public void Give(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
