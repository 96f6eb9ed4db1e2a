using System.Runtime.InteropServices;

namespace ZarrFs.Host.Http.Transport;

/// <summary>The two Linux calls that .NET's sockets do not offer: sending from a file's pages, and holding a packet back for what follows.</summary>
internal static unsafe partial class SystemCalls
{
    /// <summary>Never wait, never raise SIGPIPE.</summary>
    public const int DontWaitNoSignal = 0x40 | 0x4000;

    /// <summary>More follows at once: do not send a small packet for this.</summary>
    public const int More = 0x8000;

    public const int Again = 11;

    public const int Interrupted = 4;

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(SafeHandle socket, byte* bytes, nuint length, int flags);

    /// <summary>On a socket that is non-blocking, or it waits for the client.</summary>
    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    public static partial nint SendFile(SafeHandle socket, int file, long* offset, nuint length);
}
