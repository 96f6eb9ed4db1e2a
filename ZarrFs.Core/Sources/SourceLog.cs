using Microsoft.Extensions.Logging;

namespace ZarrFs.Core.Sources;

/// <summary>What a source tells the log: each bad slice, page or cell once.</summary>
internal static partial class SourceLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: {Problem}; {Planes} read as fill")]
    public static partial void BadFilled(ILogger logger, string path, string problem, string planes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: {Problem}; {Planes} cannot be read")]
    public static partial void BadFailing(ILogger logger, string path, string problem, string planes);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Path}: {Before} is followed by {After}; z is the place in order, so nothing is left empty between them")]
    public static partial void NumbersSkipped(ILogger logger, string path, string before, string after);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Path}: {Files} files by {Convention}: {Times} time points, {Channels} channels, {Planes} planes")]
    public static partial void Arranged(ILogger logger, string path, int files, string convention, long times, long channels, long planes);
}
