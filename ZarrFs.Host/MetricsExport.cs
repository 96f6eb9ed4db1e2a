using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using ZarrFs.Host.Http;

namespace ZarrFs.Host;

/// <summary>
/// Sends the program's metrics, and those of the runtime, to a collector of OpenTelemetry, if the environment names one
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and the variables that go with it, as OpenTelemetry defines them).
/// </summary>
internal sealed class MetricsExport : IDisposable
{
    private static readonly string[] Endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private readonly MeterProvider _provider;

    private MetricsExport(MeterProvider provider) => _provider = provider;

    /// <summary>Begins; null, and nothing is done, where the environment names no collector.</summary>
    public static MetricsExport? Start()
    {
        if (!Array.Exists(Endpoints, name => Environment.GetEnvironmentVariable(name) is { Length: > 0 })) return null;
        return new MetricsExport(Sdk.CreateMeterProviderBuilder()
            // What the environment says of the resource (OTEL_SERVICE_NAME) comes after, and so outweighs this.
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("zarrfs", serviceVersion: ServiceFigures.Version).AddTelemetrySdk().AddEnvironmentVariableDetector())
            .AddMeter(Metrics.MeterName, "System.Runtime")
            .AddOtlpExporter()
            .Build());
    }

    /// <summary>Sends what is left, and ends.</summary>
    public void Dispose() => _provider.Dispose();
}
