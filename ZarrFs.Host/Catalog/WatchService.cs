using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Sources.Changes;

namespace ZarrFs.Host.Catalog;

/// <summary>Watches the sources while the program shows them.</summary>
internal sealed class WatchService(VolumeCatalog catalog, ChunkStore store, ILoggerFactory loggers) : IHostedService
{
    private SourceWatcher? _watcher;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watcher = new SourceWatcher(catalog.Volumes, store, new WatchOptions(), loggers.CreateLogger("ZarrFs.Sources"));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_watcher is not null) await _watcher.DisposeAsync();
    }
}
