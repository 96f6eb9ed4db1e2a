using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Sources.Changes;

/// <summary>Watches the sources of all volumes for as long as they are shown, and has a source looked at where a reader meets a changed file.</summary>
public sealed class SourceWatcher : IAsyncDisposable
{
    private readonly ChunkStore _store;
    private readonly WatchOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _changing = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private Watched[] _watched = [];

    /// <param name="volumes">What is shown; opened with <see cref="SourceOptions.FollowsChanges"/>.</param>
    /// <param name="store">Where their chunks are; its <see cref="ChunkStore.LookAgain"/> is set.</param>
    /// <param name="options">How often, and how patiently.</param>
    /// <param name="logger">Told of changes.</param>
    /// <param name="time">By what is waited; the system's if null.</param>
    public SourceWatcher(IEnumerable<Multiscale> volumes, ChunkStore store, WatchOptions options, ILogger logger, TimeProvider? time = null)
    {
        _store = store;
        _options = options;
        _logger = logger;
        _time = time ?? TimeProvider.System;
        _stopping = _stop.Token;
        store.LookAgain = LookNow;
        Add(volumes);
    }

    /// <summary>Watches the sources of more volumes from now on.</summary>
    public void Add(IEnumerable<Multiscale> volumes)
    {
        foreach (ISource source in volumes.Select(static volume => volume.Volume.Source).Distinct())
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
            var watch = new SourceWatch(source, _store, _options, _logger, _time);
            var added = new Watched(watch, stop, Task.Run(() => watch.RunAsync(stop.Token)));
            lock (_changing) Volatile.Write(ref _watched, [.. _watched, added]);
        }
    }

    /// <summary>Leaves a source alone from now on; ends when no look at it is under way any more.</summary>
    public async Task RemoveAsync(ISource source)
    {
        Watched[] gone;
        lock (_changing)
        {
            gone = [.. _watched.Where(watched => ReferenceEquals(watched.Watch.Source, source))];
            Volatile.Write(ref _watched, [.. _watched.Except(gone)]);
        }

        foreach (Watched watched in gone) await watched.EndAsync();
    }

    /// <summary>Has a source looked at now; the task ends when what has changed and come to rest is taken in.</summary>
    public Task LookNow(ISource source) => Array.Find(Volatile.Read(ref _watched), watched => ReferenceEquals(watched.Watch.Source, source))?.Watch.LookNow() ?? Task.CompletedTask;

    /// <summary>Ends when no look is under way any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _store.LookAgain = null;
        await _stop.CancelAsync();
        Watched[] all;
        lock (_changing)
        {
            all = _watched;
            _watched = [];
        }

        await Task.WhenAll(all.Select(watched => watched.EndAsync()));
        _stop.Dispose();
    }

    /// <summary>One source that is watched.</summary>
    private sealed record Watched(SourceWatch Watch, CancellationTokenSource Stop, Task Running)
    {
        public async Task EndAsync()
        {
            await Stop.CancelAsync();
            await Running;
            Stop.Dispose();
        }
    }
}
