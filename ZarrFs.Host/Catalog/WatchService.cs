using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Changes;

namespace ZarrFs.Host.Catalog;

/// <summary>Watches the sources while the program shows them.</summary>
[SuppressMessage("Design", "CA1001", Justification = "what is started is disposed when it is stopped, which takes an asynchronous call that a host's disposal is none of")]
internal sealed class WatchService(VolumeCatalog catalog, ChunkStore store, ILoggerFactory loggers) : IHostedService
{
    private SourceWatcher? _watcher;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watcher = new SourceWatcher(catalog.Volumes, store, new WatchOptions(), loggers.CreateLogger("ZarrFs.Sources"));
        return Task.CompletedTask;
    }

    /// <summary>Watches more sources, from the start of the program on.</summary>
    public void Add(IReadOnlyList<Multiscale> volumes) => _watcher!.Add(volumes);

    /// <summary>Leaves a source alone; ends when no look at it is under way.</summary>
    public Task RemoveAsync(ISource source) => _watcher!.RemoveAsync(source);

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_watcher is not null) await _watcher.DisposeAsync();
    }
}
