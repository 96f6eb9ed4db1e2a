using System.Diagnostics;

namespace ZarrFs.Tests.Oracles;

/// <summary>Runs lines of numpy on bytes: what the rest of the world takes for right.</summary>
internal static class Numpy
{
    private const string Interpreter = "/usr/bin/python3";

    private static readonly Lazy<string?> Missing = new(() => FindMissing("numpy"));

    /// <summary>Why numpy cannot be asked here, or null if it can.</summary>
    public static string? Reason => Missing.Value;

    /// <summary>
    /// Runs a script that finds <c>numpy</c> as <c>np</c> and <paramref name="input"/> as <c>data</c> (bytes), and that leaves an array in <c>result</c>.
    /// </summary>
    /// <returns>The bytes of <c>result</c> in C order.</returns>
    public static byte[] Run(string script, byte[] input)
    {
        string program = $"import sys\nimport numpy as np\ndata = sys.stdin.buffer.read()\n{script}\nsys.stdout.buffer.write(result.tobytes())\n";
        using Process python = Start(program);
        Task<string> errors = python.StandardError.ReadToEndAsync();
        python.StandardInput.BaseStream.Write(input);
        python.StandardInput.Close();
        using var output = new MemoryStream();
        python.StandardOutput.BaseStream.CopyTo(output);
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, $"python ended with {python.ExitCode}: {errors.Result}");
        return output.ToArray();
    }

    /// <summary>Why a module cannot be asked here, or null if it can.</summary>
    public static string? FindMissing(string module)
    {
        if (!File.Exists(Interpreter)) return $"there is no {Interpreter}";
        using Process python = Start($"import {module}");
        python.StandardInput.Close();
        string errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        return python.ExitCode == 0 ? null : $"{Interpreter} has no {module}: {errors}";
    }

    private static Process Start(string program) => Process.Start(new ProcessStartInfo(Interpreter, ["-c", program])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}

/// <summary>A theory that compares with numpy; skipped where there is none.</summary>
internal sealed class NumpyTheoryAttribute : TheoryAttribute
{
    public NumpyTheoryAttribute() => Skip = Numpy.Reason;
}

/// <summary>A test that compares with numpy; skipped where there is none.</summary>
internal sealed class NumpyFactAttribute : FactAttribute
{
    public NumpyFactAttribute() => Skip = Numpy.Reason;
}
