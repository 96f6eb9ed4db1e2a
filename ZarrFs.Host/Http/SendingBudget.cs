using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http;

/// <summary>
/// Bounds the bytes of chunks on their way to clients. Whoever finds no room waits in line, holding nothing, and clients are let in in turn.
/// </summary>
internal sealed class SendingBudget
{
    private readonly long _budget;
    private readonly TimeSpan _patience;
    private readonly Lock _sync = new();
    private readonly FairLine _line = new();
    private long _taken;

    public SendingBudget(long budget, TimeSpan patience)
    {
        _budget = budget;
        _patience = patience;
    }

    /// <summary>Bytes on their way now.</summary>
    public long Taken
    {
        get
        {
            lock (_sync) return _taken;
        }
    }

    /// <summary>Takes room at once if there is some and nobody is in line for it.</summary>
    public bool TryTake(long bytes)
    {
        lock (_sync) return _line.Count == 0 && TryTakeLocked(bytes);
    }

    /// <summary>Takes room, waiting in line for it.</summary>
    /// <exception cref="OverloadException">There was none in time.</exception>
    public async Task TakeAsync(ClientKey client, long bytes, CancellationToken cancellationToken)
    {
        FairLine.Waiter waiter;
        lock (_sync)
        {
            if (_line.Count == 0 && TryTakeLocked(bytes)) return;
            waiter = _line.Add(client, bytes);
        }

        try
        {
            await waiter.Task.WaitAsync(_patience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_sync)
            {
                if (!_line.Remove(waiter))
                {
                    // Let in at the last moment: both were due when a machine that stood still went on.
                    if (e is TimeoutException) return;
                    _taken -= bytes;
                }

                Admit();
            }

            if (e is OperationCanceledException) throw;
            throw new OverloadException($"{_budget} bytes are on their way to clients");
        }
    }

    public void Return(long bytes)
    {
        lock (_sync)
        {
            _taken -= bytes;
            Admit();
        }
    }

    // One chunk may always go, even if it alone is more than the budget.
    private bool TryTakeLocked(long bytes)
    {
        if (_taken > 0 && _taken + bytes > _budget) return false;
        _taken += bytes;
        return true;
    }

    // A large one is not passed over for small ones of others: it would never go.
    private void Admit()
    {
        while (_line.TryPeek(static _ => true, out FairLine.Waiter? next) && TryTakeLocked(next.Amount))
        {
            _line.Serve(next);
            next.SetResult();
        }
    }
}
