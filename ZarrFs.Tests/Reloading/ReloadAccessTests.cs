using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Reloading;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Http.Access;

namespace ZarrFs.Tests.Reloading;

/// <summary>A new configuration of a service that other machines reach; it is never started here, since nothing of this machine is for them.</summary>
public sealed class ReloadAccessTests : IDisposable
{
    private const string Everywhere = "0.0.0.0:0";

    private readonly Workspace _workspace = new();
    private readonly BufferPool _pool = new(64 << 20);
    private readonly RecordedLog _log = new();
    private readonly VolumeCatalog _catalog;
    private readonly ChunkStore _store;
    private readonly WatchService _watch;
    private readonly HttpService _http;
    private readonly Reload _reload;

    public ReloadAccessTests()
    {
        foreach (string name in (string[])["a", "b"]) PlainTiff.WriteSlices(_workspace.At(name), 4, 8, 8);
        Settings settings = Configured(Everywhere, isSelfSigned: true, isPublic: true);
        _catalog = new VolumeCatalog(settings.Volumes, _pool, NullLogger.Instance, followsChanges: true);
        _store = new ChunkStore(_catalog.Volumes, _pool, 2);
        _watch = new WatchService(_catalog, _store, NullLoggerFactory.Instance);
        _http = new HttpService(
            new HttpOptions { Listen = settings.Listen!, Tls = settings.Tls, Access = settings.Access, Limits = settings.Limits },
            new ServedContent(_catalog.Tree, _store, _pool, () => _catalog.Facts(null)), _log);
        _reload = new Reload(settings, _catalog, _store, _watch, new LogLevelSwitch(LogLevel.Information), new Logger<Reload>(_log), http: _http);
    }

    public void Dispose()
    {
        _watch.StopAsync(CancellationToken.None).Wait();
        _http.Dispose();
        _store.Dispose();
        _catalog.Dispose();
        _pool.Dispose();
        _workspace.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Rules_are_checked_against_the_address_of_now()
    {
        await _watch.StartAsync(CancellationToken.None);
        Assert.False(_reload.Run(() => Configured(Everywhere, isSelfSigned: true, isPublic: false, "a", "b")));
        Assert.Contains("is refused, and everything stays as it was: --listen: 0.0.0.0:0 can be reached from other machines, but nothing says who may read it", _log.Lines[^1], StringComparison.Ordinal);
        Assert.Equal([0], _catalog.Shown);
        Assert.DoesNotContain(_log.Lines, line => line.Contains("needs a restart", StringComparison.Ordinal));

        // What would do at the address that the file has now is refused too: nobody has gone there yet.
        Assert.False(_reload.Run(() => Configured("127.0.0.1:0", isSelfSigned: false, isPublic: false, "a", "b")));
        Assert.Contains("nothing says who may read it", _log.Lines[^1], StringComparison.Ordinal);
        Assert.Contains(_log.Lines, line => line.Contains("another value for http.listen, which needs a restart", StringComparison.Ordinal));
        Assert.Contains(_log.Lines, line => line.Contains("http.tlsSelfSigned, which needs a restart", StringComparison.Ordinal));
        Assert.Equal([0], _catalog.Shown);

        Assert.True(_reload.Run(() => Configured("127.0.0.1:0", isSelfSigned: false, isPublic: true, "a", "b")));
        Assert.Equal([0, 1], _catalog.Shown);
    }

    [Fact]
    public async Task Files_are_compared_with_the_volumes_that_come_with_them()
    {
        await _watch.StartAsync(CancellationToken.None);
        string tokens = _workspace.At("tokens.json");
        var token = Token.Make();
        TokenFile.Change(tokens, entries => [new TokenEntry(token.Id, token.Sum, new HashSet<string> { "b", "none" }, DateTimeOffset.UtcNow, null, "", null, null)]);
        Settings wanted = Configured(Everywhere, isSelfSigned: true, isPublic: false, "a", "b");
        for (int i = 0; i < 2; i++) Assert.True(_reload.Run(() => wanted with { Access = new AccessOptions { TokenFile = tokens } }));
        Assert.Equal(
            [$"Warning: {tokens} names the volume 'none', which is not there; there is: a, b "],
            _log.Lines.Where(line => line.Contains("names the volume", StringComparison.Ordinal)));
    }

    private Settings Configured(string listen, bool isSelfSigned, bool isPublic, params string[] names) => Settings.From(new ZarrFsOptions
    {
        Volumes = [.. names.DefaultIfEmpty("a").Select(name => new VolumeOptions { Source = _workspace.At(name), ChunkSize = "8", Levels = "1" })],
        Http = { Listen = listen, TlsSelfSigned = isSelfSigned, Public = isPublic },
    });
}
