using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Host;
using ZarrFs.Host.Http;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Http.Access;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Http;

/// <summary>How far everything is, as people and programs are told.</summary>
public sealed class StatusTests
{
    private static readonly LevelFacts Level0 = new(0, new VolumeShape(10, 20, 30), new ChunkShape(8, 8, 8), new VolumeShape(2, 3, 4));
    private static readonly LevelFacts Level1 = new(1, new VolumeShape(5, 10, 15), new ChunkShape(8, 8, 8), new VolumeShape(1, 2, 2)) { Final = 3, Provisional = 5 };

    private static readonly VolumeFacts Building = TestServer.Facts() with
    {
        Levels = [Level0, Level1],
        BytesRead = 7_000_000,
        Build = new BuildStatus(BuildState.Paused, LevelSet.From(1), 3_700_000_000, 10_000_000_000, 5e8, TimeSpan.FromSeconds(12.6), null),
    };

    [Fact]
    public async Task The_page_tells_what_is_final_and_what_is_built()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(Building);
        server.Cache = new CacheFacts("/var/<cache>", 25_000_000_000, 100_000_000_000, 17, 4);
        string html = WebUtility.HtmlDecode(await server.Client.GetStringAsync("/"));
        Assert.Contains("<progress value=\"0.75\" max=\"1\" aria-label=\"Level 1 in the cache\">75 %</progress> <span data-final>75 %, 3 of 4</span>", html, StringComparison.Ordinal);
        Assert.Contains("not kept: read from the source", html, StringComparison.Ordinal);
        Assert.Contains("levels 1: paused while somebody reads: 37 %, 3.7 GB of 10 GB gone through, 500 MB/s, 13 s left", html, StringComparison.Ordinal);
        Assert.Contains("<span data-cache>25 GB</span> of 100 GB", html, StringComparison.Ordinal);
        Assert.Contains("<span data-hits>17</span> there, <span data-misses>4</span> not", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<cache>", await server.Client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BuildState.Failed, "a < b", "failed, and is tried again: a < b")]
    [InlineData(BuildState.Skipped, "too large", "nothing is built: too large")]
    [InlineData(BuildState.Done, null, "levels 1 are built")]
    [InlineData(BuildState.Waiting, null, "its turn has not come yet")]
    public async Task Every_state_has_words(BuildState state, string? reason, string words)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(Building with { Build = Building.Build! with { State = state, Reason = reason } });
        string html = await server.Client.GetStringAsync("/");
        Assert.Contains(words, WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        Assert.DoesNotContain("a < b", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_cache_nothing_is_said_of_one()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(TestServer.Facts());
        string html = await server.Client.GetStringAsync("/");
        Assert.DoesNotContain("<progress", html, StringComparison.Ordinal);
        Assert.DoesNotContain(">Cache</h2>", html, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(await server.Client.GetStringAsync("/status"));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("cache").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("volumes")[0].GetProperty("build").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("volumes")[0].GetProperty("levels")[0].GetProperty("final").ValueKind);
    }

    [Theory]
    [InlineData("/status")]
    [InlineData("/?format=json")]
    public async Task Programs_are_told_the_same(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(Building);
        server.Cache = new CacheFacts("/var/cache", 25, 100, 17, 4);
        using HttpResponseMessage response = await server.GetAsync(path);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement volume = json.RootElement.GetProperty("volumes")[0], build = volume.GetProperty("build");
        Assert.Equal((24, 4), (volume.GetProperty("levels")[0].GetProperty("chunks").GetInt32(), volume.GetProperty("levels")[1].GetProperty("chunks").GetInt32()));
        Assert.Equal(3, volume.GetProperty("levels")[1].GetProperty("final").GetInt32());
        Assert.Equal("paused", build.GetProperty("state").GetString());
        Assert.Equal([1], build.GetProperty("levels").EnumerateArray().Select(level => level.GetInt32()));
        Assert.Equal((3_700_000_000, 10_000_000_000), (build.GetProperty("done").GetInt64(), build.GetProperty("total").GetInt64()));
        Assert.Equal(12.6, build.GetProperty("left").GetDouble());
        JsonElement cache = json.RootElement.GetProperty("cache");
        Assert.Equal((25, 100, 17, 4), (cache.GetProperty("bytes").GetInt32(), cache.GetProperty("limit").GetInt32(), cache.GetProperty("hits").GetInt32(), cache.GetProperty("misses").GetInt32()));
        Assert.Equal(2, json.RootElement.GetProperty("provisional").GetInt32());
        Assert.Equal(5, volume.GetProperty("levels")[1].GetProperty("provisional").GetInt32());
        Assert.Equal((1, 0), (volume.GetProperty("found").GetProperty("bad").GetInt32(), volume.GetProperty("found").GetProperty("missing").GetInt32()));
        Assert.Equal((7_000_000, 0), (volume.GetProperty("read").GetProperty("bytes").GetInt64(), volume.GetProperty("read").GetProperty("rate").GetInt64()));
        Assert.Contains("paused while somebody reads: 37 %", build.GetProperty("text").GetString(), StringComparison.Ordinal);
        JsonElement service = json.RootElement.GetProperty("service");
        Assert.Matches("^[0-9]+[.][0-9]+[.][0-9]+$", service.GetProperty("version").GetString());
        Assert.InRange(service.GetProperty("uptime").GetDouble(), 0, 600);
        Assert.Equal(0, service.GetProperty("requests").GetInt32()); // the first is not over yet
        Assert.Equal(256 << 20, service.GetProperty("memory").GetProperty("budget").GetInt64());
    }

    [Fact]
    public async Task Rates_are_of_what_came_since_it_was_asked_before()
    {
        ManualTime time = new();
        await using TestServer server = await TestServer.StartAsync(time: time);
        server.Volumes.Add(Building);
        string first = await server.Client.GetStringAsync("/status");
        time.Advance(TimeSpan.FromSeconds(2));
        server.Volumes[0] = Building with { BytesRead = 9_000_000 };
        _ = await server.Client.GetByteArrayAsync("/vol.zarr/0/100");
        using JsonDocument json = JsonDocument.Parse(await server.Client.GetStringAsync("/status"));
        Assert.Equal(1_000_000, json.RootElement.GetProperty("volumes")[0].GetProperty("read").GetProperty("rate").GetDouble());
        JsonElement service = json.RootElement.GetProperty("service");
        Assert.Equal((first.Length + TestServer.LargeChunk) / 2.0, service.GetProperty("sent").GetProperty("rate").GetDouble(), 0.5);
        Assert.Equal(2, service.GetProperty("uptime").GetDouble());
        Assert.Equal(2, service.GetProperty("requests").GetInt32());
        Assert.True(service.GetProperty("connections").GetInt32() >= 1);
    }

    [Fact]
    public async Task Metrics_are_the_programs_figures()
    {
        using var store = new TestStore(ArraySource.Random(new VolumeShape(8, 8, 8), DataType.UInt8), new ChunkShape(4, 4, 4));
        await store.ReadAndCompare(new ChunkAddress(0, 1, 0, 0, 0, 0, 0));
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "ZarrFs") listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => found[instrument.Name] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => found[instrument.Name] = value);
        using var metrics = new Metrics(store.Store, () => [(0, "test", 4096L)], () => new CacheFacts("/var/cache", 25, 100, 17, 4));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(store.Store.Cached, found["zarrfs.chunks.memory"]);
        Assert.Equal(store.Pool.Budget, found["zarrfs.memory.limit"]);
        Assert.Equal((25, 100, 17, 4), (found["zarrfs.cache.used"], found["zarrfs.cache.limit"], found["zarrfs.cache.hits"], found["zarrfs.cache.misses"]));
        Assert.Equal(0, found["zarrfs.readers.waiting"]);
        Assert.Equal(4096, found["zarrfs.source.read"]);
        Assert.Equal(store.Chunks(0).Count() + 1, store.Store.Made.Exact);
    }
}
