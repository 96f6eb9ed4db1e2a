using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace ZarrFs.Core.Native;

/// <summary>
/// A thread for work that must not be felt: whatever else wants the processor or the disk comes first. So do all threads that it starts, since
/// on Linux they begin as whoever starts them is. Niceness, not <c>SCHED_IDLE</c>: it holds locks for moments that readers wait for, and has
/// to be given the time to let go of them. On other systems it is a thread like any other.
/// </summary>
internal sealed partial class QuietThread
{
    private const int Lowest = 19;

    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    private QuietThread(string name, Action work) => _thread = new Thread(() =>
    {
        try
        {
            Lower();
            work();
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
        }
    })
    { IsBackground = true, Name = name };

    /// <summary>Starts work.</summary>
    public static QuietThread Start(string name, Action work)
    {
        var quiet = new QuietThread(name, work);
        quiet._thread.Start();
        return quiet;
    }

    /// <summary>Waits for its end, and throws what it has failed with.</summary>
    public void Join()
    {
        _thread.Join();
        _failure?.Throw();
    }

    /// <summary>Niceness of the calling thread; 0 where there is none.</summary>
    internal static int Niceness() => OperatingSystem.IsLinux() ? getpriority(0, 0) : 0;

    private static void Lower()
    {
        if (!OperatingSystem.IsLinux()) return;
        const int OfThread = 1, IdleClass = 3 << 13;
        _ = setpriority(0, 0, Lowest); // of 0, which is the calling thread. To be refused either is no harm
        int number = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 251, Architecture.Arm64 => 30, _ => 0 };
        if (number > 0) _ = syscall(number, OfThread, 0, IdleClass); // ioprio_set, which has no name in the library
    }

    [LibraryImport("libc")]
    private static partial int setpriority(int which, uint who, int priority);

    [LibraryImport("libc")]
    private static partial int getpriority(int which, uint who);

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint which, nint who, nint priority);
}
