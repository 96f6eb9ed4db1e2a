namespace ZarrFs.Core.Chunks;

/// <summary>
/// Most bytes of level-0 voxels that one job above level 0 may read. What it costs was reckoned from what was said to be there; that may be gone
/// when the job comes to it: files deleted, chunks let go. Used by one worker.
/// </summary>
/// <param name="bytes">What one chunk may cost.</param>
internal sealed class ReadLimit(long bytes)
{
    // Where memory is short, parts are let go before they are used and read again; and the source's rate is another from moment to moment.
    private const int Slack = 4;

    private long _read;

    /// <summary>What one chunk may cost.</summary>
    public long Bytes => bytes;

    /// <summary>To be called before something is read.</summary>
    /// <exception cref="NotThereException">It is too much, with what was read before.</exception>
    public void Read(long more)
    {
        _read += more;
        if (_read / Slack >= bytes) throw new NotThereException();
    }
}
