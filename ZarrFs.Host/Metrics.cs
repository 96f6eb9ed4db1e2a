using System.Diagnostics.Metrics;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Host.Http;

namespace ZarrFs.Host;

/// <summary>The program's figures as instruments of a meter named <c>ZarrFs</c>, looked at only when somebody listens.</summary>
internal sealed class Metrics : IDisposable
{
    /// <summary>Name of the meter; there are several of this name, one for each part of the program that counts.</summary>
    public const string MeterName = "ZarrFs";

    private readonly Meter _meter = new(MeterName);

    /// <param name="store">Chunks in memory and on their way.</param>
    /// <param name="volumes">Gives the number and the name of each volume that is shown, and the bytes of voxels that its source has given.</param>
    /// <param name="cache">The disk cache; null without one.</param>
    /// <param name="build">The background build; null without one.</param>
    public Metrics(ChunkStore store, Func<IEnumerable<(int Number, string Name, long BytesRead)>> volumes, Func<CacheFacts?>? cache = null, BackgroundBuild? build = null)
    {
        _meter.CreateObservableCounter("zarrfs.chunks.made", () => Made(store.Made), "{chunk}", "Chunks made, exact ones and previews; not those read back from the disk cache");
        _meter.CreateObservableCounter("zarrfs.source.read", () => volumes().Select(volume => Of(volume.Name, volume.BytesRead)), "By", "Bytes of voxels that sources have given, decoded");
        _meter.CreateObservableGauge("zarrfs.memory.used", () => store.Pool.InUse, "By", "Bytes of buffers in use, cached chunks among them");
        _meter.CreateObservableGauge("zarrfs.memory.limit", () => store.Pool.Budget, "By", "Most bytes of buffers");
        _meter.CreateObservableGauge("zarrfs.chunks.memory", () => store.Cached, "{chunk}", "Chunks in memory");
        _meter.CreateObservableGauge("zarrfs.chunks.making", () => store.InFlight, "{chunk}", "Chunks on their way");
        _meter.CreateObservableGauge("zarrfs.readers.waiting", () => store.Waiting, "{reader}", "Readers who wait for a chunk");
        if (cache is not null)
        {
            _meter.CreateObservableGauge("zarrfs.cache.used", () => cache()?.Bytes ?? 0, "By", "Bytes of chunk files in the disk cache");
            _meter.CreateObservableGauge("zarrfs.cache.limit", () => cache()?.MaxBytes ?? 0, "By", "Most bytes of them");
            _meter.CreateObservableCounter("zarrfs.cache.hits", () => cache()?.Hits ?? 0, "{chunk}", "Chunks found in the disk cache");
            _meter.CreateObservableCounter("zarrfs.cache.misses", () => cache()?.Misses ?? 0, "{chunk}", "Chunks not found in it");
        }

        if (build is not null)
        {
            _meter.CreateObservableGauge("zarrfs.build.done", () => Each(status => status.DoneBytes), "By", "Bytes of voxels that the background build has gone through");
            _meter.CreateObservableGauge("zarrfs.build.total", () => Each(status => status.TotalBytes), "By", "Bytes of voxels there are for it");
            _meter.CreateObservableGauge("zarrfs.build.paused", () => Each(status => status.State == BuildState.Paused ? 1 : 0), description: "1 while it gives way to readers");
        }

        IEnumerable<Measurement<long>> Each(Func<BuildStatus, long> figure)
        {
            IReadOnlyList<BuildStatus> status = build.Status;
            return volumes().Where(volume => volume.Number < status.Count).Select(volume => Of(volume.Name, figure(status[volume.Number])));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Made(MadeCounts made) =>
        [new(made.Exact, new KeyValuePair<string, object?>("kind", "exact")), new(made.Previews, new KeyValuePair<string, object?>("kind", "preview"))];

    private static Measurement<long> Of(string volume, long figure) => new(figure, new KeyValuePair<string, object?>("volume", volume));
}
