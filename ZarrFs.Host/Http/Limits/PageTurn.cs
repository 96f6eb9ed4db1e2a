using System.IO.Pipelines;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Limits;

/// <summary>A client's turn among <see cref="PageTurns"/>, for an answer that may come in pieces.</summary>
internal sealed class PageTurn(MakingTurns turns, ClientKey client, CancellationToken cancellationToken) : IDisposable
{
    private bool _isHeld;

    /// <summary>Sends what was written; meanwhile it is the turn of others.</summary>
    /// <returns>False if nobody reads any more.</returns>
    /// <exception cref="OverloadException">Too many wait.</exception>
    public async ValueTask<bool> SendAsync(PipeWriter body)
    {
        ValueTask<FlushResult> sending = body.FlushAsync(cancellationToken);
        Dispose();
        if ((await sending).IsCompleted) return false;
        await ResumeAsync();
        return true;
    }

    /// <summary>Waits for the turn.</summary>
    /// <exception cref="OverloadException">Too many wait.</exception>
    public async ValueTask ResumeAsync()
    {
        await turns.EnterAsync(client, cancellationToken);
        _isHeld = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isHeld) return;
        _isHeld = false;
        turns.Leave(client);
    }
}
