using ZarrFs.Core.Cache.Disk;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Looks every few seconds whether exact bytes of chunks whose previews were given out have come to the disk, which another process may have put
/// there: nobody reads a preview again that he has.
/// </summary>
internal sealed class ExactElsewhere : IDisposable
{
    private const int PauseMilliseconds = 3000;

    private readonly IChunkDisk _disk;
    private readonly GivenPreviews _given;
    private readonly Action<ChunkAddress> _exact;
    private readonly Timer _timer;
    private int _isLooking;

    /// <param name="disk">Where they come to.</param>
    /// <param name="given">The chunks.</param>
    /// <param name="exact">Told of each that is there.</param>
    public ExactElsewhere(IChunkDisk disk, GivenPreviews given, Action<ChunkAddress> exact)
    {
        _disk = disk;
        _given = given;
        _exact = exact;
        _timer = new Timer(_ => Look(), null, PauseMilliseconds, PauseMilliseconds);
    }

    /// <summary>Ends when no look is under way any more.</summary>
    public void Dispose()
    {
        using var ended = new ManualResetEvent(initialState: false);
        if (_timer.Dispose(ended)) ended.WaitOne();
    }

    private void Look()
    {
        if (_given.Count == 0 || Interlocked.Exchange(ref _isLooking, 1) == 1) return;
        try
        {
            _disk.Refresh();
            foreach (ChunkAddress address in _given.Recent(int.MaxValue))
            {
                if (_disk.Has(address)) _exact(address);
            }
        }
        catch (Exception)
        {
            // Who was told has failed at it; the rest is told at the next look, and the program does not end of it.
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
