using System.Diagnostics;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>One volume among those that are built one after the other: what became of it, and when it is its turn again. Read from any thread.</summary>
internal sealed class BuildTurn : IDisposable
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    private readonly Lock _sync = new();
    private readonly TimeSpan _firstDelay;
    private BuildState _state = BuildState.Waiting;
    private string? _reason;
    private string? _told;
    private BuildCounters? _counters;
    private Func<BuildCounters>? _running;
    private TimeSpan _took;
    private long _startedAt;

    private readonly CancellationTokenSource _removed = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isAnnounced;
    private bool _isRunning;

    public BuildTurn(int number, Multiscale volume, LevelSet wanted, LevelSet levels, TimeSpan firstDelay)
    {
        Wanted = wanted;
        _firstDelay = Delay = firstDelay;
        Number = number;
        Volume = volume;
        Levels = levels;
    }

    public int Number { get; }

    public Multiscale Volume { get; }

    /// <summary>The levels that are asked for.</summary>
    public LevelSet Wanted { get; }

    /// <summary>Those of them for which there is room.</summary>
    public LevelSet Levels { get; }

    /// <summary>True once the volume is not shown any more.</summary>
    public bool IsRemoved => _removed.IsCancellationRequested;

    /// <summary>When it may begin, by <see cref="Environment.TickCount64"/>; null for never.</summary>
    public long? Due
    {
        get => IsRemoved ? null : field;
        private set;
    } = long.MinValue;

    /// <summary>Until it is tried again, the next time that it fails.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>True the first time.</summary>
    public bool TryAnnounce()
    {
        if (_isAnnounced || IsRemoved) return false;
        _isAnnounced = true;
        return true;
    }

    /// <summary>To be called before anything is done with the volume.</summary>
    /// <param name="stop">Ends it early.</param>
    /// <returns>What ends it early, then or when the volume is removed; null if it is already.</returns>
    public CancellationTokenSource? TryEnter(CancellationToken stop)
    {
        lock (_sync)
        {
            if (IsRemoved) return null;
            _isRunning = true;
            return CancellationTokenSource.CreateLinkedTokenSource(stop, _removed.Token);
        }
    }

    /// <summary>To be called when nothing is done with the volume any more.</summary>
    public void Leave()
    {
        lock (_sync) _isRunning = false;
        if (IsRemoved) _idle.TrySetResult();
    }

    /// <summary>Lets nothing be done with the volume any more; ends when nothing is.</summary>
    public async Task RemoveAsync()
    {
        await _removed.CancelAsync();
        lock (_sync)
        {
            if (!_isRunning) _idle.TrySetResult();
        }

        await _idle.Task;
    }

    public void Dispose() => _removed.Dispose();

    public void Begin(Func<BuildCounters> counters)
    {
        lock (_sync)
        {
            (_state, _reason, _running, _startedAt) = (BuildState.Building, null, counters, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Ends a turn.</summary>
    /// <param name="state">How.</param>
    /// <param name="reason">Why.</param>
    /// <returns>True if that is news.</returns>
    public bool End(BuildState state, string? reason = null)
    {
        lock (_sync)
        {
            if (_running is not null) (_counters, _took, _running) = (_running(), Stopwatch.GetElapsedTime(_startedAt), null);
            Due = null;
            if (state == BuildState.Failed)
            {
                Due = Environment.TickCount64 + (long)Delay.TotalMilliseconds;
                Delay = Delay * 2 < LongestDelay ? Delay * 2 : LongestDelay;
            }
            else
            {
                Delay = _firstDelay;
            }

            bool isNews = reason is null || reason != _told;
            (_state, _reason, _told) = (state, reason, reason);
            return isNews;
        }
    }

    public BuildStatus Status(bool isHolding)
    {
        lock (_sync)
        {
            BuildCounters? counters = _running?.Invoke() ?? _counters;
            TimeSpan took = _running is null ? _took : Stopwatch.GetElapsedTime(_startedAt);
            long done = counters?.VoxelBytes ?? 0, total = counters?.TotalVoxelBytes ?? 0;
            double rate = counters is null || took <= TimeSpan.Zero ? 0 : counters.MadeVoxelBytes / took.TotalSeconds;
            bool isBuilding = _state == BuildState.Building;
            TimeSpan? left = isBuilding && rate > 0 ? TimeSpan.FromSeconds(Math.Min((total - done) / rate, TimeSpan.FromDays(9999).TotalSeconds)) : null;
            return new BuildStatus(isBuilding && isHolding ? BuildState.Paused : _state, Levels, done, total, rate, left, _reason);
        }
    }
}
