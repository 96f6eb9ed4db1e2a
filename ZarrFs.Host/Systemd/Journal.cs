using Microsoft.Extensions.Logging;

namespace ZarrFs.Host.Systemd;

/// <summary>The journal, where it takes the program's standard error: a number of <c>syslog(3)</c> in front of a line is its severity.</summary>
internal static class Journal
{
    /// <summary>True if standard error is the socket of the journal that <c>JOURNAL_STREAM</c> names by device and inode, and not something it was redirected to since.</summary>
    public static bool HasStandardError { get; } = IsAt(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), LinkOf("/proc/self/fd/2"));

    /// <summary>True if a descriptor, as <c>/proc</c> shows it, is the stream that a variable names.</summary>
    public static bool IsAt(string? stream, string? descriptor) =>
        stream?.Split(':') is [_, { Length: > 0 } inode] && descriptor == $"socket:[{inode}]";

    /// <summary>Writes a message, each line of it with its severity.</summary>
    public static void Write(TextWriter writer, LogLevel level, string message)
    {
        foreach (ReadOnlySpan<char> line in message.AsSpan().EnumerateLines()) writer.WriteLine($"<{Severity(level)}>{line}");
    }

    private static int Severity(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
