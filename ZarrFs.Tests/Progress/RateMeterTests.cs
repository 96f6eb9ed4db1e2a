using ZarrFs.Host.Progress;

namespace ZarrFs.Tests.Progress;

/// <summary>What is told of the rate and of the time that is left.</summary>
public sealed class RateMeterTests
{
    private TimeSpan _now;

    [Fact]
    public void What_an_earlier_run_did_is_in_no_rate()
    {
        var meter = new RateMeter(() => _now);
        meter.Take(Sample(done: 0, skipped: 0));
        _now = TimeSpan.FromSeconds(1);
        meter.Take(Sample(done: 900, skipped: 900));
        Assert.Equal((0, null), (meter.Rate, meter.Left));
        _now = TimeSpan.FromSeconds(2);
        meter.Take(Sample(done: 920, skipped: 900));
        Assert.Equal((10, TimeSpan.FromSeconds(8)), (meter.Rate, meter.Left));
    }

    [Fact]
    public void Only_the_last_while_counts()
    {
        var meter = new RateMeter(() => _now);
        for (int second = 0; second <= 60; second++)
        {
            _now = TimeSpan.FromSeconds(second);
            meter.Take(Sample(done: second < 30 ? second : 30 + ((second - 30) * 10), skipped: 0));
        }

        Assert.Equal((10, TimeSpan.FromSeconds(67)), (meter.Rate, meter.Left));
    }

    [Fact]
    public void Without_bytes_the_share_tells_the_time_that_is_left()
    {
        var meter = new RateMeter(() => _now);
        meter.Take(new ProgressSample("check", 0));
        _now = TimeSpan.FromSeconds(1);
        meter.Take(new ProgressSample("check", 0.25));
        Assert.Equal(TimeSpan.FromSeconds(3), meter.Left);
    }

    [Fact]
    public void A_share_never_falls()
    {
        var progress = new ShareProgress();
        foreach (double share in (double[])[0.1, 0.4, 0.3, 0.2]) progress.Report(share);
        Assert.Equal(0.4, progress.Share);
    }

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(double.NaN, "0 %")]
    [InlineData(0.299, "29 %")]
    [InlineData(0.99999, "99 %")]
    [InlineData(1, "99 %")]
    public void What_has_not_ended_is_never_whole(double share, string told) => Assert.Equal(told, ProgressWords.Percent(share));

    private static ProgressSample Sample(long done, long skipped) => new("build", done / 1000d) { Done = done, Skipped = skipped, Total = 1000 };
}
