using Microsoft.Extensions.Logging;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>What the disk cache tells the log.</summary>
internal static partial class DiskLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Directory}: chunks cannot be kept there now: {Problem}; going on without, and trying again every {Seconds} s (said once)")]
    public static partial void Failed(ILogger logger, string directory, string problem, double seconds);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Path}: is not what the cache has written there; it is made again, and so are all others like it (said once)")]
    public static partial void Damaged(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: is not the cache's; it is left alone, and that chunk is not kept (said once)")]
    public static partial void Foreign(ILogger logger, string path);
}
