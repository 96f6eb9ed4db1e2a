using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Sources.Changes;

/// <summary>Watches the sources of all volumes for as long as they are shown, and has a source looked at where a reader meets a changed file.</summary>
public sealed class SourceWatcher : IAsyncDisposable
{
    private readonly ChunkStore _store;
    private readonly SourceWatch[] _watches;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _running;

    /// <param name="volumes">What is shown; opened with <see cref="SourceOptions.FollowsChanges"/>.</param>
    /// <param name="store">Where their chunks are; its <see cref="ChunkStore.LookAgain"/> is set.</param>
    /// <param name="options">How often, and how patiently.</param>
    /// <param name="logger">Told of changes.</param>
    public SourceWatcher(IEnumerable<Multiscale> volumes, ChunkStore store, WatchOptions options, ILogger logger)
    {
        _store = store;
        _watches = [.. volumes.Select(static volume => volume.Volume.Source).Distinct().Select(source => new SourceWatch(source, store, options, logger))];
        store.LookAgain = LookNow;
        CancellationToken stop = _stop.Token;
        _running = [.. _watches.Select(watch => Task.Run(() => watch.RunAsync(stop)))];
    }

    /// <summary>Has a source looked at now; the task ends when what has changed and come to rest is taken in.</summary>
    public Task LookNow(ISource source) => Array.Find(_watches, watch => ReferenceEquals(watch.Source, source))?.LookNow() ?? Task.CompletedTask;

    /// <summary>Ends when no look is under way any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _store.LookAgain = null;
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
    }
}
