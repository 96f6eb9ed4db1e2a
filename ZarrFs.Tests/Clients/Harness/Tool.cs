using System.Diagnostics;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>A program run to its end, with all that it said.</summary>
internal sealed record Tool(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Everything there is to know about the run, for the message of a failing assertion.</summary>
    public string Transcript => $"{Command}\nexit code {ExitCode}\n--- output\n{Output}\n--- errors\n{Error}";

    /// <summary>The lines on standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a program; one that hangs is killed after <paramref name="seconds"/> and fails the test.</summary>
    public static Tool Run(string program, IEnumerable<string> arguments, int seconds = 300)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Scripts run from the source tree and leave nothing there.
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        string command = $"{program} {string.Join(' ', start.ArgumentList)}";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            Assert.Fail($"did not end within {seconds} s: {command}\n{output.Result}\n{error.Result}");
        }

        return new Tool(command, process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Fails the test, with everything the program said, unless it succeeded.</summary>
    public Tool Expect(int exitCode = 0)
    {
        Assert.True(ExitCode == exitCode, $"expected exit code {exitCode}\n{Transcript}");
        return this;
    }
}
