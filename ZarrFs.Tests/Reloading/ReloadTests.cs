using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Reloading;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Reloading;

/// <summary>What becomes of memory and of files when volumes come and go a hundred times.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly BufferPool _pool = new(64 << 20);
    private readonly VolumeCatalog _catalog;
    private readonly ChunkStore _store;
    private readonly WatchService _watch;
    private readonly Reload _reload;

    public ReloadTests()
    {
        foreach (string name in (string[])["a", "b", "c"]) PlainTiff.WriteSlices(_workspace.At(name), 20, 40, 40);
        Settings settings = Configured("a", "b");
        _catalog = new VolumeCatalog(settings.Volumes, _pool, NullLogger.Instance, followsChanges: true);
        _store = new ChunkStore(_catalog.Volumes, _pool, 2);
        _watch = new WatchService(_catalog, _store, NullLoggerFactory.Instance);
        _reload = new Reload(settings, _catalog, _store, _watch, new LogLevelSwitch(LogLevel.Information), NullLogger<Reload>.Instance);
    }

    public void Dispose()
    {
        _watch.StopAsync(CancellationToken.None).Wait();
        _store.Dispose();
        _catalog.Dispose();
        _pool.Dispose();
        _workspace.Dispose();
    }

    [Fact]
    public async Task Hundred_reloads_leave_no_memory_and_no_files_of_what_is_gone()
    {
        await _watch.StartAsync(CancellationToken.None);
        await ReadAll();
        string[] others = ["b", "c"];
        for (int i = 1; i <= 100; i++)
        {
            _reload.Run(() => Configured("a", others[i % 2]));
            Assert.Equal(["a.zarr", "a.ome.zarr", $"{others[i % 2]}.zarr", $"{others[i % 2]}.ome.zarr"], Names());
            await ReadAll();
        }

        long each = _pool.InUse / 2;
        _reload.Run(() => Configured("a"));
        Eventually.True(() => _store.Cached == ChunksOf(0), "only chunks of what is shown are in memory");
        Eventually.True(() => _pool.InUse <= each + (each / 10), "their memory is back, a moment after they have left the cache");
        Assert.InRange(_pool.InUse, 1, each + (each / 10));
        Eventually.True(() => (OpenFiles.Below(_workspace.At("b")), OpenFiles.Below(_workspace.At("c"))) == (0, 0), "their files are closed");
        Assert.Equal(102, _catalog.Volumes.Count); // numbers are never given twice
    }

    [Fact]
    public async Task Reader_that_came_before_has_his_chunk_and_later_ones_are_told()
    {
        await _watch.StartAsync(CancellationToken.None);
        Task<Lease>[] before = [.. Enumerable.Range(0, 3).Select(x => _store.GetAsync(new ChunkAddress(1, 0, 0, 0, 0, 0, x), CancellationToken.None))];
        Assert.True(_catalog.Tree.TryResolve("b.zarr/0/0/0/0", out Node node));
        _reload.Run(() => Configured("a"));
        foreach (Task<Lease> reader in before) (await reader).Dispose();

        Assert.False(_catalog.Tree.TryGet(node.Id, out _));
        Assert.Empty(_catalog.Tree.NodesOf(node.Chunk));
        Assert.Throws<Core.Failures.NotShownException>(() => _catalog.Tree.ETag(node));
        Eventually.True(() => _store.Cached == 0, "it is closed");
        await Assert.ThrowsAsync<Core.Failures.NotShownException>(() => _store.GetAsync(node.Chunk, CancellationToken.None));
    }

    [Fact]
    public async Task Same_entries_in_another_order_are_the_same_volumes()
    {
        await _watch.StartAsync(CancellationToken.None);
        Assert.True(_catalog.Tree.TryResolve("b.zarr/0/0/0/0", out Node node));
        _reload.Run(() => Configured("b", "a"));
        Assert.Equal(["b.zarr", "b.ome.zarr", "a.zarr", "a.ome.zarr"], Names());
        Assert.True(_catalog.Tree.TryResolve("b.zarr/0/0/0/0", out Node after) && after == node);
        Assert.Equal(2, _catalog.Volumes.Count);
    }

    [Fact]
    public async Task Numbers_of_what_came_to_nothing_are_nobodys()
    {
        await _watch.StartAsync(CancellationToken.None);
        using (CatalogChange failed = _catalog.Prepare(Configured("a", "c").Volumes, DateTimeOffset.UtcNow)) _catalog.Extend(failed);
        _reload.Run(() => Configured("a", "c"));
        Assert.Equal(["a.zarr", "a.ome.zarr", "c.zarr", "c.ome.zarr"], Names());
        Assert.Equal([0, 3], _catalog.Shown);
        await ReadAll();
    }

    private Settings Configured(params string[] names) => Settings.From(new ZarrFsOptions
    {
        Volumes = [.. names.Select(name => new VolumeOptions { Source = _workspace.At(name), ChunkSize = "16", Levels = "2" })],
        Http = { Listen = "127.0.0.1:0" },
    });

    private string[] Names()
    {
        byte[] name = new byte[VirtualTree.LongestName];
        IFileTree tree = _catalog.Tree.Now;
        return [.. Enumerable.Range(0, (int)tree.ChildCount(NodeId.Root)).Select(i =>
        {
            tree.Child(NodeId.Root, i, name, out int length);
            return System.Text.Encoding.UTF8.GetString(name, 0, length);
        })];
    }

    private int ChunksOf(int number) => _catalog.Volumes[number].Levels.Sum(level => (int)(level.Grid.Counts.Z * level.Grid.Counts.Y * level.Grid.Counts.X));

    private async Task ReadAll()
    {
        foreach (int number in _catalog.Shown)
        {
            foreach (Core.Pyramid.Level level in _catalog.Volumes[number].Levels)
            {
                (long z, long y, long x) = (level.Grid.Counts.Z, level.Grid.Counts.Y, level.Grid.Counts.X);
                for (long i = 0; i < z * y * x; i++)
                    (await _store.GetAsync(new ChunkAddress(number, level.Index, 0, 0, i / x / y, i / x % y, i % x), CancellationToken.None)).Dispose();
            }
        }
    }
}
