using System.Diagnostics;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Chunks;

public sealed class SourceRateTests
{
    [Fact]
    public void Before_anything_was_measured_it_is_assumed() => Assert.Equal(256 << 20, new SourceRate().Now);

    [Fact]
    public void It_comes_near_what_is_measured_and_forgets_what_was_before()
    {
        var rate = new SourceRate();
        for (int i = 0; i < 100; i++) Read(rate, i, i + 0.1, 100_000_000);
        Assert.InRange(rate.Now, 0.99e9, 1.01e9);
        for (int i = 100; i < 110; i++) Read(rate, i, i + 1, 50_000_000);
        Assert.InRange(rate.Now, 0.49e8, 0.6e8);
    }

    [Fact]
    public void Time_in_which_several_read_counts_once()
    {
        var rate = new SourceRate();
        for (int i = 0; i < 1000; i++)
        {
            rate.Begin(Ticks(i));
            rate.Begin(Ticks(i + 0.2));
            rate.End(100_000_000, Ticks(i + 0.8));
            rate.End(100_000_000, Ticks(i + 0.9));
        }

        Assert.InRange(rate.Now, 0.99 * 2e8 / 0.9, 1.05 * 2e8 / 0.9);
    }

    [Fact]
    public void What_was_not_read_does_not_count()
    {
        var rate = new SourceRate();
        rate.Measure(static () => 0);
        Assert.Throws<IOException>(() => rate.Measure(static () => throw new IOException("broken on purpose")));
        Assert.Equal(256 << 20, rate.Now);
    }

    private static void Read(SourceRate rate, double start, double end, long bytes)
    {
        rate.Begin(Ticks(start));
        rate.End(bytes, Ticks(end));
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
