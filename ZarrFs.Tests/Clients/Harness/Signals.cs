using System.Runtime.InteropServices;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>Signals by number, to one process.</summary>
internal static partial class Signals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private const int NoSuchProcess = 3; // ESRCH

    /// <summary>Sends one. A process that has just ended by itself is past it: whoever waits for its end sees how it did.</summary>
    public static void Send(int process, int signal)
    {
        if (kill(process, signal) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
            throw new InvalidOperationException($"signal {signal} to process {process}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
