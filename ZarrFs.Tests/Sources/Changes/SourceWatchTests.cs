using ZarrFs.Core.Chunks;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Http.Access;

namespace ZarrFs.Tests.Sources.Changes;

/// <summary>How long it is from one look to the next, by a clock that a look moves.</summary>
public sealed class SourceWatchTests
{
    private static readonly WatchOptions Options = new() { Interval = TimeSpan.FromSeconds(3) };

    /// <summary>A machine that stands still spoils one look, and must not keep the next change from being seen for minutes.</summary>
    [Fact]
    public async Task One_look_that_is_held_up_does_not_put_off_the_next() => Assert.Equal((double[])[3, 3, 3, 3], await Pauses(0, 5, 0, 60));

    [Fact]
    public async Task Looks_that_always_take_long_are_seldom() => Assert.Equal((double[])[3, 3, 500, 500, 3], await Pauses(0, 5, 5, 8, 0));

    /// <summary>Seconds after each look until the next one.</summary>
    private static async Task<double[]> Pauses(params double[] looks)
    {
        ArraySource source = ArraySource.Random(new VolumeShape(4, 4, 4), DataType.UInt8);
        using var store = new TestStore(source, new ChunkShape(4, 4, 4));
        using var stop = new CancellationTokenSource();
        var time = new ManualTime();
        int done = 0;
        source.Looking = () => time.Advance(TimeSpan.FromSeconds(looks[done++]));
        Task watch = new SourceWatch(source, store.Store, Options, new RecordingLogger(), time).RunAsync(stop.Token);
        var pauses = new List<double>();
        while (pauses.Count < looks.Length)
        {
            await TestStore.Until(() => time.Waiting > 0 || watch.IsCompleted, "it has looked, and waits");
            pauses.Add(time.LongestWait.TotalSeconds);
            if (pauses.Count < looks.Length) time.Advance(time.LongestWait);
        }

        await stop.CancelAsync();
        await watch;
        return [.. pauses];
    }
}
