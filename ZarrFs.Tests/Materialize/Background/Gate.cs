using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Materialize.Background;

/// <summary>A pace that a test opens and closes. What had passed when it closed may still be on its way.</summary>
internal sealed class Gate : IPace, IDisposable
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private readonly ThreadLocal<int> _passedAt = new();
    private int _closings;

    public int Closings => Volatile.Read(ref _closings);

    public bool IsOpen => _open.IsSet;

    /// <summary>True if the calling thread had passed before it closed the last time.</summary>
    public bool IsPassing => _passedAt.Value < Closings;

    public void Wait(CancellationToken cancellationToken)
    {
        try
        {
            _open.Wait(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return; // as it is meant
        }

        _passedAt.Value = Closings;
    }

    public void Close()
    {
        Interlocked.Increment(ref _closings);
        _open.Reset();
    }

    /// <summary>Closes, gives those who have passed time to end, and opens from another thread.</summary>
    public void CloseForAMoment()
    {
        Close();
        _ = Task.Delay(30).ContinueWith(_ => _open.Set(), TaskScheduler.Default);
    }

    public void Dispose()
    {
        _open.Dispose();
        _passedAt.Dispose();
    }
}
