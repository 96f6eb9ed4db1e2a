using System.Text;

namespace ZarrFs.Host.Http.Metering;

/// <summary>
/// <c>/metrics</c>, as Prometheus asks for it. It is not there for callers who may see some volumes only: the figures are of all of them.
/// </summary>
internal sealed class MetricsPage : IDoor, IDisposable
{
    private readonly MetricsReader _reader = new();

    public Task? TryAnswer(in Visit visit)
    {
        if (visit.Path is not "metrics" || visit.IsDirectory || !visit.IsRead || visit.Caller.Volumes is not null) return null;
        visit.Context.Response.ContentType = PrometheusText.ContentType;
        visit.Context.Response.Headers.CacheControl = "no-store";
        return BodyWriting.WriteAsync(visit.Context, Encoding.UTF8.GetBytes(_reader.Read()));
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
