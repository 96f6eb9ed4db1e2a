using Microsoft.Extensions.Logging;

namespace ZarrFs.Core.Scratch;

/// <summary>What the scratch tells the log.</summary>
internal static partial class ScratchLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Directory}: chunks that have no room in memory cannot be kept there: {Problem}; going on with {Bytes} bytes, decoding again what is lost (said once)")]
    public static partial void Failed(ILogger logger, string directory, string problem, long bytes);
}
