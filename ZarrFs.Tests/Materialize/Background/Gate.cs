using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Materialize.Background;

/// <summary>A pace that a test opens and closes, and that knows which threads have asked it.</summary>
internal sealed class Gate : IPace, IDisposable
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private readonly ThreadLocal<bool> _passed = new();
    private int _closings;

    public int Closings => Volatile.Read(ref _closings);

    /// <summary>True if the calling thread has asked since it was here last: it may do one piece of work.</summary>
    public bool TakePass()
    {
        bool passed = _passed.Value;
        _passed.Value = false;
        return passed;
    }

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

        _passed.Value = true;
    }

    public void Close()
    {
        Interlocked.Increment(ref _closings);
        _open.Reset();
    }

    /// <summary>Closes, and opens a little later from another thread.</summary>
    public void CloseForAMoment()
    {
        Close();
        _ = Task.Delay(30).ContinueWith(_ => _open.Set(), TaskScheduler.Default);
    }

    public void Dispose()
    {
        _open.Set(); // a test that fails must not hang on whoever waits
        _passed.Dispose();
    }
}
