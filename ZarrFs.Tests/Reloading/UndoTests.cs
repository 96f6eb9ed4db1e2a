using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Reloading;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Http.Access;
using ZarrFs.Tests.Materialize.Background;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Reloading;

/// <summary>
/// A reload that fails half-way, when the new volumes have their numbers, and the store and the disk cache have them, but nobody sees them yet: what the
/// background build asks fails.
/// </summary>
public sealed class UndoTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly BufferPool _pool = new(64 << 20);
    private readonly RecordedLog _log = new();
    private readonly FakeDisk _asked = new() { FirstKept = 1 };
    private readonly VolumeCatalog _catalog;
    private readonly DiskCache _disk;
    private readonly ChunkStore _store;
    private readonly WatchService _watch;
    private readonly BackgroundBuild _build;
    private readonly Reload _reload;

    public UndoTests()
    {
        foreach (string name in (string[])["a", "b", "c"]) PlainTiff.WriteSlices(_workspace.At(name), 20, 40, 40);
        Settings settings = Configured("a", "b");
        _catalog = new VolumeCatalog(settings.Volumes, _pool, NullLogger.Instance, followsChanges: true);
        _disk = DiskCache.Open(new DiskCacheOptions(_workspace.At("cache"), 1 << 30, Level0Caching.Always), _catalog.Volumes, _catalog.Channels, NullLogger.Instance);
        _store = new ChunkStore(_catalog.Volumes, _pool, 2, disk: _disk);
        _watch = new WatchService(_catalog, _store, NullLoggerFactory.Instance);
        _build = new BackgroundBuild(
            _catalog.Volumes, _asked, _pool, new BackgroundOptions(new BuildPyramidOption(1, IsAsked: true), 1 << 30, 16 << 20, 1), NullLogger.Instance);
        _reload = new Reload(settings, _catalog, _store, _watch, new LogLevelSwitch(LogLevel.Information), new Logger<Reload>(_log), _disk, _build);
    }

    public void Dispose()
    {
        _watch.StopAsync(CancellationToken.None).Wait();
        _build.Dispose();
        _store.Dispose();
        _disk.Dispose();
        _catalog.Dispose();
        _pool.Dispose();
        _workspace.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task All_is_as_it_was_and_the_next_reload_works()
    {
        await _watch.StartAsync(CancellationToken.None);
        await ReadAsync(0, 1);
        IFileTree before = _catalog.Tree.Now;
        for (int i = 0; i < 3; i++)
        {
            _asked.Asked = volume =>
            {
                if (volume > 1) throw new InvalidOperationException("nobody knows");
            };
            Assert.False(_reload.Run(() => Configured("c", "a")));
            _asked.Asked = null;
            Assert.Equal(3 + i, _catalog.Volumes.Count); // numbers are never given twice
            Assert.Equal(i + 1, _log.Lines.Count(line => line.Contains("nobody knows", StringComparison.Ordinal)));
            Assert.Same(before, _catalog.Tree.Now);
            Assert.Equal([0, 1], _catalog.Shown);
            Assert.Equal([BuildState.Waiting, BuildState.Waiting], _build.Status.Take(2).Select(status => status.State));
            await ReadAsync(0, 1);
            Eventually.True(() => _log.Lines.Count(line => line.StartsWith("Debug: c is closed.", StringComparison.Ordinal)) == i + 1, "what was added is closed");
            await Assert.ThrowsAsync<NotShownException>(() => ReadAsync(2 + i));
        }

        Assert.Equal((0, 0), (OpenFiles.Below(_workspace.At("c") + "/"), OpenFiles.Below(_workspace.At("cache", "c-"))));

        Assert.True(_reload.Run(() => Configured("c", "a")));
        Assert.Equal([5, 0], _catalog.Shown);
        Assert.True(_catalog.Tree.TryResolve("c.zarr/0/0/0/0", out Node node));
        Assert.False(_catalog.Tree.TryResolve("b.zarr", out _));
        await ReadAsync(5, 0);
        Eventually.True(() => _log.Lines.Any(line => line.StartsWith("Debug: b is closed.", StringComparison.Ordinal)), "what is gone is closed");
        Assert.NotEqual(0, OpenFiles.Below(_workspace.At("cache", "c-")));
        Eventually.True(() => _disk.StateOf(node.Chunk) != CachedState.Missing, "the chunk is offered, a moment after it was given out");
        _disk.Flush();
        Assert.Equal(CachedState.Present, _disk.StateOf(node.Chunk));
        Assert.Equal(BuildState.Waiting, _build.Status[5].State);
    }

    private Settings Configured(params string[] names) => Settings.From(new ZarrFsOptions
    {
        Volumes = [.. names.Select(name => new VolumeOptions { Source = _workspace.At(name), ChunkSize = "16", Levels = "2" })],
        Http = { Listen = "127.0.0.1:0" },
    });

    private async Task ReadAsync(params int[] numbers)
    {
        foreach (int number in numbers) (await _store.GetAsync(new ChunkAddress(number, 0, 0, 0, 0, 0, 0), CancellationToken.None)).Dispose();
    }
}
