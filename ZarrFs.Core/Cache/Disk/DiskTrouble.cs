using Microsoft.Extensions.Logging;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>When writing has failed: no more of it for a while, since a disk that is full or gone mostly stays so, and one line in the log.</summary>
internal sealed class DiskTrouble(string directory, DiskCacheCounters counters, ILogger logger)
{
    private long _notBefore = long.MinValue;
    private int _toldFailed;
    private int _toldDamaged;
    private int _toldForeign;

    /// <summary>How long nothing is written after a failure.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>True unless writing has failed a moment ago.</summary>
    public bool MayWrite => Environment.TickCount64 >= Interlocked.Read(ref _notBefore);

    public DiskCacheCounters Counters => counters;

    public void WriteFailed(Exception failure)
    {
        counters.AddFailure();
        Interlocked.Exchange(ref _notBefore, Environment.TickCount64 + (long)Pause.TotalMilliseconds);
        if (Interlocked.Exchange(ref _toldFailed, 1) == 0) DiskLog.Failed(logger, directory, StoreFailures.Reason(failure), Pause.TotalSeconds);
    }

    /// <summary>Reading has failed, which is a miss; writing may work.</summary>
    public void ReadFailed() => counters.AddFailure();

    public void Damaged(string path)
    {
        counters.AddDamaged();
        if (Interlocked.Exchange(ref _toldDamaged, 1) == 0) DiskLog.Damaged(logger, path);
    }

    public void Foreign(string path)
    {
        if (Interlocked.Exchange(ref _toldForeign, 1) == 0) DiskLog.Foreign(logger, path);
    }
}
