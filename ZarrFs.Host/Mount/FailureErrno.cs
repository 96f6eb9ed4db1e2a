using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Mount;

/// <summary>The one table from kinds of failure to error numbers.</summary>
internal static class FailureErrno
{
    /// <summary>The error number a reader is given for a failure.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="interrupted">Whether the reader asked for the request to be cancelled.</param>
    public static int Of(Exception failure, bool interrupted) => failure switch
    {
        // Only with a signal behind it: programs answer EINTR by asking again at once, for ever.
        OperationCanceledException when interrupted => Errno.EINTR,

        // EAGAIN would say "not blocking", which readers of files do not expect; EBUSY says to come back later.
        OverloadException => Errno.EBUSY,
        OutOfMemoryException => Errno.ENOMEM,
        NotShownException => Errno.ESTALE,
        SourceException => Errno.EIO,
        _ => Errno.EIO,
    };
}
