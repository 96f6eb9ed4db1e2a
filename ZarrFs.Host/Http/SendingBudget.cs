using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http;

/// <summary>
/// Bounds the bytes of chunks on their way to clients, so that slow ones cannot hold all of the memory. Whoever finds no room waits in
/// line, holding nothing.
/// </summary>
internal sealed class SendingBudget
{
    private readonly long _budget;
    private readonly TimeSpan _patience;
    private readonly Lock _sync = new();
    private readonly LinkedList<Waiter> _line = new();
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
    public async Task TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> place;
        lock (_sync)
        {
            if (_line.Count == 0 && TryTakeLocked(bytes)) return;
            place = _line.AddLast(new Waiter(bytes));
        }

        try
        {
            await place.Value.Task.WaitAsync(_patience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_sync)
            {
                if (place.List is not null) _line.Remove(place);
                else _taken -= bytes;
                Admit();
            }

            if (e is OperationCanceledException) throw;
            throw new OverloadException($"{_budget} bytes are on their way to clients that are slow to take them");
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

    private void Admit()
    {
        while (_line.First is { } first && TryTakeLocked(first.Value.Bytes))
        {
            _line.RemoveFirst();
            first.Value.SetResult();
        }
    }

    private sealed class Waiter(long bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Bytes { get; } = bytes;
    }
}
