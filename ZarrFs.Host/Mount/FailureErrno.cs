using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Mount;

/// <summary>The one table from kinds of failure to error numbers.</summary>
internal static class FailureErrno
{
    /// <summary>The error number a reader is given for a failure.</summary>
    public static int Of(Exception failure) => failure switch
    {
        OperationCanceledException => Errno.EINTR,

        // EAGAIN would say "not blocking", which readers of files do not expect; EBUSY says to come back later.
        OverloadException => Errno.EBUSY,
        OutOfMemoryException => Errno.ENOMEM,
        SourceException => Errno.EIO,
        _ => Errno.EIO,
    };
}
