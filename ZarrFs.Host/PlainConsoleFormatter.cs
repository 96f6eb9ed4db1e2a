using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using ZarrFs.Host.Systemd;

namespace ZarrFs.Host;

/// <summary>
/// Log lines for people: the time, the level if it is more than information, the message. Category and event number at debug only. The journal has
/// times of its own, and takes the level from a number in front of each line.
/// </summary>
internal sealed class PlainConsoleFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    private readonly bool _isForJournal = Journal.HasStandardError;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.LogLevel <= LogLevel.Debug) message = $"debug {logEntry.Category}: {message}";
        if (logEntry.Exception is { } exception && logEntry.LogLevel >= LogLevel.Error) message = $"{message}{Environment.NewLine}{exception}";
        if (_isForJournal) Journal.Write(textWriter, logEntry.LogLevel, message);
        else textWriter.WriteLine($"{DateTime.Now:HH:mm:ss} {Word(logEntry.LogLevel)}{message}");
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning: ",
        LogLevel.Error or LogLevel.Critical => "error: ",
        _ => "",
    };
}
