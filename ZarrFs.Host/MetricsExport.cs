using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http;

namespace ZarrFs.Host;

/// <summary>
/// Sends the program's metrics, and those of the runtime, to a collector of OpenTelemetry, if the environment names one
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and the variables that go with it, as OpenTelemetry defines them).
/// </summary>
internal sealed class MetricsExport : IDisposable
{
    private static readonly string[] Endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private static readonly string[] Protocols = ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"];

    private readonly MeterProvider _provider;
    private readonly ExportTrouble _trouble;

    private MetricsExport(MeterProvider provider, ExportTrouble trouble)
    {
        _provider = provider;
        _trouble = trouble;
    }

    /// <summary>Begins; null, and nothing is done, where the environment names no collector.</summary>
    /// <exception cref="OptionException">It names none that can be, or a protocol that is not spoken: OpenTelemetry would take its defaults without a word.</exception>
    public static MetricsExport? Start(ILogger log)
    {
        if (!Array.Exists(Endpoints, name => Environment.GetEnvironmentVariable(name) is { Length: > 0 })) return null;
        Check(Endpoints, "the address of a collector, such as http://127.0.0.1:4317", static value => Uri.TryCreate(value, UriKind.Absolute, out Uri? url) && url.Scheme is ("http" or "https"));
        Check(Protocols, "grpc or http/protobuf", static value => value is "grpc" or "http/protobuf");
        ExportTrouble trouble = new(log);
        return new MetricsExport(Sdk.CreateMeterProviderBuilder()
            // What the environment says of the resource (OTEL_SERVICE_NAME) comes after, and so outweighs this.
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("zarrfs", serviceVersion: ServiceFigures.Version).AddTelemetrySdk().AddEnvironmentVariableDetector())
            .AddMeter(Metrics.MeterName, "System.Runtime")
            .AddOtlpExporter()
            .Build(), trouble);
    }

    /// <summary>Sends what is left, and ends.</summary>
    public void Dispose()
    {
        _provider.Dispose();
        _trouble.Dispose();
    }

    private static void Check(string[] names, string expected, Predicate<string> isGood)
    {
        foreach (string name in names)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && !isGood(value)) throw new OptionException(name, $"found '{value}', expected {expected}");
        }
    }
}
