using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Sources.Changes;

namespace ZarrFs.Host.Catalog;

/// <summary>Watches the sources while the program shows them.</summary>
internal sealed class WatchService(VolumeCatalog catalog, ChunkStore store, ILoggerFactory loggers) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var watcher = new SourceWatcher(catalog.Volumes, store, new WatchOptions(), loggers.CreateLogger("ZarrFs.Sources"));
        await Task.Delay(Timeout.Infinite, stoppingToken);
    }
}
