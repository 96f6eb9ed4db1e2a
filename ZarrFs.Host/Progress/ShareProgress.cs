namespace ZarrFs.Host.Progress;

/// <summary>For work that only tells its share, from 0 to 1.</summary>
internal sealed class ShareProgress : IProgress<double>
{
    private double _share;

    /// <summary>The largest share told so far.</summary>
    public double Share => Math.Clamp(Volatile.Read(ref _share), 0, 1);

    /// <summary>Does <paramref name="work"/> and tells how far it is.</summary>
    public static void Run(ProgressStyle style, string stage, Action<IProgress<double>> work)
    {
        var progress = new ShareProgress();
        ProgressDisplay.Run(style, () => new ProgressSample(stage, progress.Share), () => work(progress));
    }

    /// <inheritdoc/>
    public void Report(double value)
    {
        // Several threads tell what they have done, and not in that order.
        double told = Volatile.Read(ref _share);
        while (value > told)
        {
            double found = Interlocked.CompareExchange(ref _share, value, told);
            if (found == told) return;
            told = found;
        }
    }
}
