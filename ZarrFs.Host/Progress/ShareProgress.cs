namespace ZarrFs.Host.Progress;

/// <summary>For work that only tells its share, from 0 to 1.</summary>
internal sealed class ShareProgress : IProgress<double>
{
    private double _share;

    private ShareProgress()
    {
    }

    /// <summary>Does <paramref name="work"/> and tells how far it is.</summary>
    public static void Run(ProgressStyle style, string stage, Action<IProgress<double>> work)
    {
        var progress = new ShareProgress();
        ProgressDisplay.Run(style, () => new ProgressSample(stage, Math.Clamp(Volatile.Read(ref progress._share), 0, 1)), () => work(progress));
    }

    /// <inheritdoc/>
    public void Report(double value) => Volatile.Write(ref _share, value);
}
