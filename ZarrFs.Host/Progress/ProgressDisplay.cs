namespace ZarrFs.Host.Progress;

/// <summary>Tells how far one piece of work is, while it runs.</summary>
internal abstract class ProgressDisplay
{
    private readonly RateMeter _meter = new();

    /// <summary>Time between two looks.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Does <paramref name="work"/> on another thread and tells how far it is, the last time when it has ended.</summary>
    /// <param name="style">How it is told.</param>
    /// <param name="sample">Asked how far it is; safe beside the work.</param>
    /// <param name="work">What takes long. Its exceptions are the caller's.</param>
    public static void Run(ProgressStyle style, Func<ProgressSample> sample, Action work)
    {
        ProgressDisplay? display = style switch
        {
            ProgressStyle.Bar => new BarDisplay(),
            ProgressStyle.Plain => new PlainDisplay(Console.Error),
            ProgressStyle.Json => new JsonDisplay(Console.Error),
            _ => null,
        };
        if (display is null) work();
        else display.Run(sample, Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    /// <summary>Tells until the work has ended.</summary>
    protected virtual void Run(Func<ProgressSample> sample, Task work)
    {
        // Waiting must not throw: what has failed is thrown after the last word.
        while (!((IAsyncResult)work).AsyncWaitHandle.WaitOne(Interval)) Look(sample, ended: false);
        Look(sample, ended: true);
        work.GetAwaiter().GetResult();
    }

    /// <summary>Tells how far it is now.</summary>
    protected abstract void Show(ProgressSample sample, RateMeter meter, bool ended);

    private void Look(Func<ProgressSample> sample, bool ended)
    {
        ProgressSample now = sample();
        _meter.Take(now);
        Show(now, _meter, ended);
    }
}
