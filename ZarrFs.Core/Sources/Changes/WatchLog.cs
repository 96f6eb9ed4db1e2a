using Microsoft.Extensions.Logging;

namespace ZarrFs.Core.Sources.Changes;

/// <summary>What the watch of sources tells the log.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Path} {What}; what it goes into is made anew")]
    public static partial void Changed(ILogger logger, string path, string what);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Path}: {Count} files changed, {First} first; what they go into is made anew")]
    public static partial void ChangedMany(ILogger logger, string path, int count, string first);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: {Left}; shown after a restart")]
    public static partial void Left(ILogger logger, string path, string left);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: cannot be looked at for changes: {Problem}")]
    public static partial void CannotLook(ILogger logger, string path, string problem);
}
