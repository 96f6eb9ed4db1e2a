using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Limits;

/// <summary>
/// Bounds the chunks that are being made for clients at once, of all and of each, and lets clients in turn. A source that hangs is no more than the
/// share of those who read it.
/// </summary>
/// <param name="most">Chunks being made.</param>
/// <param name="mostOfOne">The same for one client.</param>
/// <param name="mostWaiting">Requests that wait, those whose chunks are being made included.</param>
internal sealed class MakingTurns(int most, int mostOfOne, int mostWaiting)
{
    private readonly Lock _sync = new();
    private readonly FairLine _line = new();
    private readonly Dictionary<ClientKey, int> _making = [];
    private int _all;

    /// <summary>Requests in line.</summary>
    public int Waiting
    {
        get
        {
            lock (_sync) return _line.Count;
        }
    }

    /// <summary>Waits for a turn, which <see cref="Leave"/> ends.</summary>
    /// <exception cref="OverloadException">Too many wait, and of this client no fewer than of others.</exception>
    public async ValueTask EnterAsync(ClientKey client, CancellationToken cancellationToken)
    {
        FairLine.Waiter? waiter = null;
        FairLine.Waiter? displaced = null;
        lock (_sync)
        {
            if (_all + _line.Count >= mostWaiting) displaced = MakePlace(client);
            if (MayGo(client)) Begin(client);
            else waiter = _line.Add(client, 1);
        }

        displaced?.SetException(TooMany());
        if (waiter is null) return;
        try
        {
            await waiter.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_sync)
            {
                if (!_line.Remove(waiter) && waiter.Task.IsCompletedSuccessfully) End(client);
            }

            throw;
        }
    }

    /// <summary>Ends a turn.</summary>
    public void Leave(ClientKey client)
    {
        lock (_sync) End(client);
    }

    /// <summary>Sends the last one away of the client who has most in line, for one who has less.</summary>
    private FairLine.Waiter MakePlace(ClientKey client)
    {
        FairLine.Waiter? last = _line.LastOfMost();
        if (last is null || _line.CountOf(last.Client) <= _line.CountOf(client) + 1) throw TooMany();
        _line.Remove(last);
        return last;
    }

    private bool MayGo(ClientKey client) => _all < most && _making.GetValueOrDefault(client) < mostOfOne;

    private void Begin(ClientKey client)
    {
        _all++;
        _making[client] = _making.GetValueOrDefault(client) + 1;
    }

    private void End(ClientKey client)
    {
        _all--;
        if (_making[client] == 1) _making.Remove(client);
        else _making[client]--;
        while (_line.TryPeek(MayGo, out FairLine.Waiter? next))
        {
            _line.Serve(next);
            Begin(next.Client);
            next.SetResult();
        }
    }

    private OverloadException TooMany() => new($"{mostWaiting} requests are waiting for their turn");
}
