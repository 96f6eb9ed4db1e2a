using ZarrFs.Core.Materialize.Background;

namespace ZarrFs.Tests.Materialize.Background;

public sealed class ReaderPaceTests
{
    private int _waiting;
    private long _last = -10_000;
    private long _now;

    [Fact]
    public void Open_while_nobody_reads() => Assert.True(Pace().IsOpen());

    [Fact]
    public void Closed_while_somebody_waits_and_a_little_longer()
    {
        ReaderPace pace = Pace();
        _waiting = 1;
        Assert.False(pace.IsOpen());
        (_waiting, _last, _now) = (0, 100, 150);
        Assert.False(pace.IsOpen());
        _now = 249;
        Assert.False(pace.IsOpen());
        _now = 250;
        Assert.True(pace.IsOpen());
    }

    /// <summary>Somebody reads without end: a fiftieth of the time is the build's.</summary>
    [Fact]
    public void Open_for_a_moment_now_and_then_whatever_happens()
    {
        ReaderPace pace = Pace();
        _waiting = 2;
        int open = 0;
        for (_now = 0; _now < 100_000; _now++)
        {
            if (pace.IsOpen()) open++;
        }

        Assert.InRange(open, 1000, 3000);
    }

    /// <summary>A viewer that asks once a second is not felt, and does not hold it up for long.</summary>
    [Fact]
    public void A_reader_that_polls_takes_what_it_needs()
    {
        ReaderPace pace = Pace();
        int open = 0;
        for (_now = 0; _now < 100_000; _now++)
        {
            _waiting = _now % 1000 < 5 ? 1 : 0;
            if (_waiting > 0) _last = _now;
            if (pace.IsOpen()) open++;
        }

        Assert.InRange(open, 80_000, 90_000);
    }

    [Fact]
    public async Task Holding_is_seen_and_ends_with_the_token()
    {
        ReaderPace pace = Pace();
        _waiting = 1;
        using var stop = new CancellationTokenSource();
        var held = Task.Run(() => pace.Wait(stop.Token));
        Assert.True(SpinWait.SpinUntil(() => pace.IsHolding, TimeSpan.FromSeconds(120)));
        await stop.CancelAsync();
        await held.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.False(pace.IsHolding);
    }

    private ReaderPace Pace() => new(() => _waiting, () => _last, () => _now);
}
