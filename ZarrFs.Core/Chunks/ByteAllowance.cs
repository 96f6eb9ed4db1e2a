namespace ZarrFs.Core.Chunks;

/// <summary>So many bytes that all together may have out at once.</summary>
internal sealed class ByteAllowance(long limit)
{
    private long _taken;

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= limit) return true;
        Give(bytes);
        return false;
    }

    public void Give(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
