namespace ZarrFs.Core.Chunks;

/// <summary>What one worker makes in one go; cancelled when nobody waits for any of it any more.</summary>
internal sealed class ChunkJob : IDisposable
{
    private readonly CancellationTokenSource _source;
    private bool _ended;

    public ChunkJob(CancellationToken parent)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(parent);
        Token = _source.Token;
    }

    /// <summary>Readers waiting for any of its chunks; guarded by the <see cref="FlightTable"/>'s lock.</summary>
    public int Readers { get; set; }

    /// <summary>True for a job inside another: it lives as long as that one, whoever else waits.</summary>
    public bool Nested { get; init; }

    /// <summary>What it may read, with those inside it; null for all that it needs.</summary>
    public ReadLimit? Limit { get; set; }

    public CancellationToken Token { get; }

    /// <summary>Harmless when the job has ended a moment ago.</summary>
    public void Cancel()
    {
        lock (_source)
        {
            if (!_ended) _source.Cancel();
        }
    }

    public void Dispose()
    {
        lock (_source)
        {
            _ended = true;
            _source.Dispose();
        }
    }
}
