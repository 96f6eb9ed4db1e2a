using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Mount;

/// <summary>
/// Tells about failed requests. A reader gets only a number, so the log has the reason; but one broken slice fails thousands of reads,
/// so each message is a warning once and after that a debug line.
/// </summary>
internal sealed partial class FailureLog
{
    /// <summary>Messages remembered; beyond that, new ones are debug lines only.</summary>
    private const int Remembered = 1000;

    private readonly ConcurrentDictionary<string, byte> _told = new();
    private readonly ILogger _logger;

    public FailureLog(ILogger logger) => _logger = logger;

    /// <summary>Logs a failed request and gives the error number for its reply.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="inode">What the request was about.</param>
    /// <param name="interrupted">Whether the reader asked for it to be cancelled.</param>
    public int Report(Exception failure, ulong inode, bool interrupted = false)
    {
        int errno = FailureErrno.Of(failure, interrupted);
        LogRequest(inode, errno, failure.Message);
        if (interrupted) return errno;
        if (_told.Count >= Remembered || !_told.TryAdd(failure.Message, 0)) return errno;
        if (failure is SourceException or OverloadException) LogFailure(failure.Message);
        else LogUnexpected(failure, inode);
        return errno;
    }

    [LoggerMessage(LogLevel.Debug, "Request for inode 0x{Inode:x16} failed with errno {Errno}: {Message}")]
    private partial void LogRequest(ulong inode, int errno, string message);

    [LoggerMessage(LogLevel.Warning, "A read through the mount failed: {Message} (said once)")]
    private partial void LogFailure(string message);

    [LoggerMessage(LogLevel.Error, "A request through the mount failed in an unexpected way, inode 0x{Inode:x16} (said once).")]
    private partial void LogUnexpected(Exception failure, ulong inode);
}
