using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace ZarrFs.Host;

/// <summary>Tells once that metrics do not arrive, which OpenTelemetry tells to its event source alone: else nobody knows why there are none.</summary>
internal sealed partial class ExportTrouble(ILogger log) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    // Null while the base class calls, before this has any fields.
    private readonly ILogger? _log = log;
    private int _told;

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Exporter) EnableEvents(eventSource, EventLevel.Warning);
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_log is null || eventData.EventSource.Name != Exporter || Interlocked.Exchange(ref _told, 1) != 0) return;
        LogNotSent(_log, string.Join("; ", eventData.Payload?.Select(static part => part?.ToString()?.Split('\n')[0].Trim()) ?? []));
    }

    [LoggerMessage(LogLevel.Warning, "Metrics cannot be sent to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; that is tried again and not told again: {Reason}")]
    private static partial void LogNotSent(ILogger log, string reason);
}
