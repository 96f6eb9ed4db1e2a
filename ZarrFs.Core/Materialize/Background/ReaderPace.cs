using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>
/// Holds work up while somebody waits for a chunk, or has done so a moment ago and is likely to want the next one. Never for long: a viewer
/// that is left open and asks again and again gets the machine for all but a small part of the time, and that part is enough to get to the end.
/// </summary>
/// <param name="waiting">Readers who wait just now.</param>
/// <param name="lastWaited">When the last one did, by <paramref name="clock"/>.</param>
/// <param name="clock">Milliseconds; null for <see cref="Environment.TickCount64"/>.</param>
public sealed class ReaderPace(Func<int> waiting, Func<long> lastWaited, Func<long>? clock = null) : IPace
{
    private const long Quiet = 150;
    private const long MostClosed = 1000;
    private const long Opening = 20;
    private const int Nap = 10;

    private readonly Func<long> _clock = clock ?? (() => Environment.TickCount64);
    private readonly Lock _sync = new();
    private long? _closedSince;
    private long _openUntil = long.MinValue;
    private int _held;

    /// <summary>True while work is held up.</summary>
    public bool IsHolding => Volatile.Read(ref _held) > 0;

    /// <inheritdoc/>
    public void Wait(CancellationToken cancellationToken)
    {
        if (IsOpen()) return;
        Interlocked.Increment(ref _held);
        while (!IsOpen() && !cancellationToken.IsCancellationRequested) cancellationToken.WaitHandle.WaitOne(Nap);
        Interlocked.Decrement(ref _held);
    }

    /// <summary>True if a piece of work may be done now.</summary>
    internal bool IsOpen()
    {
        long now = _clock();
        bool quiet = waiting() == 0 && now - lastWaited() >= Quiet;
        lock (_sync)
        {
            if (quiet)
            {
                _closedSince = null;
                return true;
            }

            if (now < _openUntil) return true;
            long since = _closedSince ??= now;
            if (now - since < MostClosed) return false;
            (_openUntil, _closedSince) = (now + Opening, null);
            return true;
        }
    }
}
