using System.Diagnostics;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>One volume among those that are built one after the other: what became of it, and when it is its turn again. Read from any thread.</summary>
internal sealed class BuildTurn
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

    public BuildTurn(int number, Multiscale volume, LevelSet levels, TimeSpan firstDelay)
    {
        _firstDelay = Delay = firstDelay;
        Number = number;
        Volume = volume;
        Levels = levels;
    }

    public int Number { get; }

    public Multiscale Volume { get; }

    public LevelSet Levels { get; }

    /// <summary>When it may begin, by <see cref="Environment.TickCount64"/>; null for never.</summary>
    public long? Due { get; private set; } = long.MinValue;

    /// <summary>Until it is tried again, the next time that it fails.</summary>
    public TimeSpan Delay { get; private set; }

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
