namespace ZarrFs.Host.Progress;

/// <summary>Lines for a log: not before some time has passed, and either another percent or a minute since the last one.</summary>
internal sealed class PlainDisplay(TextWriter output) : ProgressDisplay
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    private TimeSpan _toldAt;
    private double _toldShare;

    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override void Show(ProgressSample sample, RateMeter meter, bool ended)
    {
        TimeSpan since = meter.Elapsed - _toldAt;
        // What took no time is not worth a line; what has ended early says so itself.
        if (ended || since < Least || (since < Most && sample.Share - _toldShare < 0.01)) return;
        (_toldAt, _toldShare) = (meter.Elapsed, sample.Share);
        output.WriteLine($"{ProgressWords.Title(sample.Stage)}: {ProgressWords.Percent(sample.Share)}, {ProgressWords.Details(sample, meter)}".TrimEnd(' ', ','));
    }
}
