namespace ZarrFs.Host.Http.Limits;

/// <summary>Looks now and then at the clients who have been told to be slow, and takes back what is held for those who take nothing.</summary>
internal sealed class SlowClients : IDisposable
{
    // Longer than a healthy connection pauses (200 ms for a lost packet), and short for those who wait for room.
    private const int MilliSeconds = 300;

    private readonly HashSet<ChunkLoan> _loans = [];
    private readonly Timer _look;

    public SlowClients() => _look = new Timer(static clients => ((SlowClients)clients!).Look(), this, Timeout.Infinite, Timeout.Infinite);

    public void Watch(ChunkLoan loan)
    {
        lock (_loans)
        {
            _loans.Add(loan);
            if (_loans.Count == 1) _look.Change(MilliSeconds, MilliSeconds);
        }
    }

    public void Forget(ChunkLoan loan)
    {
        lock (_loans)
        {
            _loans.Remove(loan);
            if (_loans.Count == 0) _look.Change(Timeout.Infinite, Timeout.Infinite);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _look.Dispose();

    private void Look()
    {
        long since = Environment.TickCount64 - MilliSeconds;
        lock (_loans)
        {
            foreach (ChunkLoan loan in _loans) loan.GiveBackIfResting(since);
        }
    }
}
