using System.Diagnostics;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>A command of the program that ends by itself, while it runs. Killed at the end of the test if it has not ended.</summary>
internal sealed class Running : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300);

    private readonly Process _process;
    private readonly Task<string> _error;

    private Running(string program, IEnumerable<string> arguments)
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += static (_, _) => { }; // or the program would wait for somebody to read
        _process.BeginOutputReadLine();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>All it has said on standard error; to be asked when it has ended.</summary>
    public string Error => _error.Result;

    /// <summary>Starts it with the signals as a user's shell has them: whoever runs tests in the background has SIGINT ignored.</summary>
    public static Running Start(params IEnumerable<string> arguments) => new("/usr/bin/env", ["--default-signal=INT,TERM", ZarrFsProcess.Executable, .. arguments]);

    /// <summary>Starts it and, when it has begun, sends it a signal: gives one that was not done by then.</summary>
    /// <param name="signal">What is sent.</param>
    /// <param name="isAtIt">Whether it is in the midst of its work, or has been ended there.</param>
    /// <param name="again">Called where it was done before the signal came, as it may be on a busy machine: it is started once more after that.</param>
    /// <param name="arguments">The command.</param>
    public static Running Interrupt(int signal, Func<bool> isAtIt, Action again, params IEnumerable<string> arguments)
    {
        for (int left = 20; ; left--)
        {
            Running running = Start(arguments);
            Mount.Eventually.True(() => running.HasExited || isAtIt(), "it has begun to write");
            running.Signal(signal);
            int code = running.WaitForExit();
            bool wasDone = code == 0 || (code == 128 + signal && !isAtIt()); // the signal may have met the end of the process
            if (!wasDone || left == 0) return running;
            running.Dispose();
            again();
        }
    }

    /// <summary>Starts it with few file descriptors.</summary>
    public static Running StartLimited(int descriptors, params IEnumerable<string> arguments) =>
        new("/bin/bash", ["-c", $"ulimit -n {descriptors}; exec \"$0\" \"$@\"", ZarrFsProcess.Executable, .. arguments]);

    /// <summary>Waits for its end, or so long.</summary>
    public bool WaitForExit(TimeSpan most) => _process.WaitForExit(most);

    /// <summary>Waits for its end.</summary>
    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(Patience), $"process {Id} did not end");
        return _process.ExitCode;
    }

    public void Signal(int signal)
    {
        if (!_process.HasExited) Signals.Send(Id, signal);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
