using System.Collections.Concurrent;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http;

/// <summary>The service's own figures, with rates over the last seconds.</summary>
internal sealed class ServiceFigures(HttpMetrics metrics)
{
    /// <summary>Of the program: <c>0.1.0</c>.</summary>
    public static readonly string Version = typeof(ServiceFigures).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    private readonly RecentRate _sent = new(() => metrics.Uptime);
    private readonly ConcurrentDictionary<string, RecentRate> _read = new(StringComparer.Ordinal);

    /// <summary>As they are now.</summary>
    /// <param name="content">What the caller may see.</param>
    /// <param name="volumes">The volumes of it.</param>
    public ServiceFacts Now(ServedContent content, IReadOnlyList<VolumeFacts> volumes)
    {
        var rates = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (VolumeFacts volume in volumes)
            rates[volume.Name] = _read.GetOrAdd(volume.Name, _ => new RecentRate(() => metrics.Uptime)).Of(volume.BytesRead);
        return new ServiceFacts(
            Version, metrics.Uptime, metrics.RequestCount, metrics.Connections, metrics.SentBytes, _sent.Of(metrics.SentBytes), content.Pool.InUse, content.Pool.Budget, rates);
    }
}
