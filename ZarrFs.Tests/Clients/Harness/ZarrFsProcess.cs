using System.Diagnostics;
using System.Text;
using Xunit.Sdk;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>The program as users run it: a process of its own. Ended, and its mount taken away, whatever becomes of the test.</summary>
internal sealed class ZarrFsProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ZarrFsProcess(string program, IEnumerable<string> arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_error, line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The built program: it is copied beside the tests.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "zarrfs");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Where it says that it serves, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Where it says that it mounted.</summary>
    public string MountPath { get; private set; } = "";

    /// <summary>All it has said so far.</summary>
    public string Log
    {
        get
        {
            lock (_output) return $"--- output\n{_output}\n--- log\n{_error}";
        }
    }

    /// <summary>What it has said on standard error so far.</summary>
    public string ErrorLog
    {
        get
        {
            lock (_output) return _error.ToString();
        }
    }

    /// <summary>Starts it and waits until it answers; fails the test if it ends instead.</summary>
    public static ZarrFsProcess Start(params IEnumerable<string> arguments)
    {
        // Whoever runs the tests in the background has SIGINT ignored, and that is inherited; a user's shell does not.
        var process = new ZarrFsProcess("/usr/bin/env", ["--default-signal=INT,TERM,HUP", Executable, .. arguments]);
        return process.Ready(arguments);
    }

    /// <summary>Starts it and does not wait for anything.</summary>
    public static ZarrFsProcess Launch(params IEnumerable<string> arguments) => new("/usr/bin/env", ["--default-signal=INT,TERM,HUP", Executable, .. arguments]);

    /// <summary>Starts it with more in its environment.</summary>
    public static ZarrFsProcess StartWith(IEnumerable<(string Name, string Value)> environment, params IEnumerable<string> arguments)
    {
        var process = new ZarrFsProcess(
            "/usr/bin/env", ["--default-signal=INT,TERM,HUP", .. environment.Select(variable => $"{variable.Name}={variable.Value}"), Executable, .. arguments]);
        return process.Ready(arguments);
    }

    /// <summary>Starts it with some variables in its environment.</summary>
    public static ZarrFsProcess StartWith(IReadOnlyDictionary<string, string> variables, params IEnumerable<string> arguments)
    {
        var process = new ZarrFsProcess(
            "/usr/bin/env", ["--default-signal=INT,TERM", .. variables.Select(variable => $"{variable.Key}={variable.Value}"), Executable, .. arguments]);
        return process.Ready(arguments);
    }

    /// <summary>Starts it with few file descriptors.</summary>
    public static ZarrFsProcess StartLimited(int descriptors, params IEnumerable<string> arguments)
    {
        // The shell's own exec keeps the process's number.
        var process = new ZarrFsProcess(
            "/bin/bash", ["-c", $"ulimit -n {descriptors}; exec /usr/bin/env --default-signal=INT,TERM \"$0\" \"$@\"", Executable, .. arguments]);
        return process.Ready(arguments);
    }

    /// <summary>Starts it as another user, by that user's own copy of the program.</summary>
    public static ZarrFsProcess StartAs(int user, string executable, params IEnumerable<string> arguments)
    {
        var process = new ZarrFsProcess("setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", executable, .. arguments]);
        return process.Ready(arguments);
    }

    /// <summary>Runs it to its end.</summary>
    public static Tool Run(params IEnumerable<string> arguments) => Tool.Run(Executable, arguments);

    /// <summary>Takes a mount away, lazily if it must be, as root or through fusermount3.</summary>
    public static void Unmount(string path)
    {
        if (Environment.IsPrivilegedProcess) Tool.Run("umount", ["-l", path]);
        else Tool.Run("fusermount3", ["-uz", path]);
    }

    /// <summary>True if something is mounted there.</summary>
    public static bool IsMounted(string path) => MountTable.TopmostAt(path) is not null;

    public void Signal(int signal) => Signals.Send(Id, signal);

    /// <summary>Waits for its end.</summary>
    public int WaitForExit()
    {
        if (!_process.WaitForExit(Patience)) throw new XunitException($"process {Id} did not end\n{Log}");
        _process.WaitForExit(); // and for the last of its words
        return _process.ExitCode;
    }

    /// <summary>Ends it as Ctrl-C does, and checks that it went well.</summary>
    public void Stop()
    {
        Signal(Signals.Interrupt);
        int exitCode = WaitForExit();
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{Log}");
        Assert.False(MountPath.Length > 0 && IsMounted(MountPath), $"{MountPath} is still mounted\n{Log}");
    }

    /// <summary>What the file under an address holds.</summary>
    public async Task<byte[]> GetAsync(string path)
    {
        using var client = new HttpClient { Timeout = Patience };
        return await client.GetByteArrayAsync(new Uri($"{Address}/{path}"));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signals.Send(Id, Signals.Terminate);
            if (!_process.WaitForExit(Patience))
            {
                _process.Kill();
                _process.WaitForExit();
            }
        }

        _process.Dispose();
        if (MountPath.Length > 0 && IsMounted(MountPath)) Unmount(MountPath);
    }

    private ZarrFsProcess Ready(IEnumerable<string> arguments)
    {
        Task ended = _process.WaitForExitAsync();
        if (Task.WaitAny([_announced.Task, ended], Patience) != 0)
        {
            string log = Log;
            Dispose();
            throw new XunitException($"zarrfs {string.Join(' ', arguments)} did not start\n{log}");
        }

        Address = Announced("Serving on ").Split(' ')[0].TrimEnd('/');
        MountPath = Announced("Mounted on ");
        return this;
    }

    private string Announced(string start)
    {
        lock (_output) return _output.ToString().Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..] ?? "";
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (_output) text.Append(line).Append('\n');
        // The last line of what it announces; a service is not told of Ctrl-C.
        if (text == _output && (line.StartsWith("Ctrl-C", StringComparison.Ordinal) || line.StartsWith("  napari ", StringComparison.Ordinal))) _announced.TrySetResult();
    }
}
