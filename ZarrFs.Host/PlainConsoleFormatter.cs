using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ZarrFs.Host;

/// <summary>Log lines for people: the time, the level if it is more than information, the message. Category and event number at debug only.</summary>
internal sealed class PlainConsoleFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(DateTime.Now.ToString("HH:mm:ss "));
        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Trace or LogLevel.Debug => $"debug {logEntry.Category}: ",
            LogLevel.Warning => "warning: ",
            LogLevel.Error or LogLevel.Critical => "error: ",
            _ => "",
        });
        textWriter.WriteLine(message);
        if (logEntry.Exception is { } exception && logEntry.LogLevel >= LogLevel.Error) textWriter.WriteLine(exception);
    }
}
