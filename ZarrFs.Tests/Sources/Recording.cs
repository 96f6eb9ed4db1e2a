using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ZarrFs.Tests.Sources;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLogger : ILogger
{
    public ConcurrentQueue<string> Messages { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Messages.Enqueue(formatter(state, exception));
}

/// <summary>Keeps what was reported, at once and on the reporting thread.</summary>
internal sealed class RecordingProgress : IProgress<double>
{
    public ConcurrentQueue<double> Values { get; } = new();

    public void Report(double value) => Values.Enqueue(value);
}
