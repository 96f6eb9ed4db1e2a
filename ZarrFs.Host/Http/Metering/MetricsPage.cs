using System.Text;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http.Metering;

/// <summary>
/// <c>/metrics</c>, as Prometheus asks for it. It is not there for callers who may see some volumes only: the figures are of all of them.
/// </summary>
/// <param name="tree">What is shown now.</param>
/// <param name="turns">For the time that the figures take to be gathered.</param>
internal sealed class MetricsPage(IFileTree tree, PageTurns turns) : IDoor, IDisposable
{
    private readonly MetricsReader _reader = new();

    public Task? TryAnswer(in Visit visit)
    {
        if (visit.Path is not "metrics" || visit.IsDirectory || !visit.IsRead || visit.Caller.Volumes is not null) return null;
        visit.Context.Response.ContentType = PrometheusText.ContentType;
        visit.Context.Response.Headers.CacheControl = "no-store";
        IFileTree seen = visit.Access.Tree;
        return turns.WriteAsync(visit.Context, visit.Caller, () =>
        {
            byte[] text = Encoding.UTF8.GetBytes(_reader.Read());
            // Volumes that have come since he was let in may be for others.
            return ReferenceEquals(tree.Now, seen) ? text : throw new OverloadException("the volumes have just changed");
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
