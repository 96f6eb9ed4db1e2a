using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Metering;
using ZarrFs.Tests.Clients;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Http.Metering;

/// <summary>What the server has done is counted, and told as Prometheus wants it.</summary>
public sealed class MetricsTests
{
    private const string Parse = """
        import json
        from prometheus_client.parser import text_string_to_metric_families
        families = list(text_string_to_metric_families(data.decode()))
        result = np.frombuffer(json.dumps({"samples": [[s.name, s.labels, s.value if s.value == s.value else None] for f in families for s in f.samples],
            "types": {f.name: f.type for f in families}, "help": {f.name: f.documentation for f in families}}).encode(), np.uint8)
        """;

    [PrometheusFact]
    public async Task Requests_are_counted_by_kind_and_class()
    {
        // A program of its own: in this one other tests ask too.
        using Workspace workspace = new();
        RampVolume.Write(workspace.Folder("ramp"));
        using var process = ZarrFsProcess.Start("serve", workspace.At("ramp"), "--chunk-size", "32", "--listen", "127.0.0.1:0", "--memory", "256MB", "--preview", "off");
        using HttpClient client = new() { BaseAddress = new Uri(process.Address) };
        Scrape before = Scrape.Read(await client.GetStringAsync("/metrics"));
        const int ChunkBytes = 32 * 32 * 32 * sizeof(ushort);
        _ = await client.GetByteArrayAsync("/ramp.zarr/0/0/0/0");
        _ = await client.GetByteArrayAsync("/ramp.zarr/1/0/0/0");
        string document = await client.GetStringAsync("/ramp.zarr/.zattrs");
        string listing = await client.GetStringAsync("/ramp.zarr/0/");
        string page = await client.GetStringAsync("/");
        byte[] picture = await client.GetByteArrayAsync("/ramp/preview.png");
        (await client.GetAsync("/nothing")).Dispose();
        using HttpRequestMessage head = new(HttpMethod.Head, "/ramp.zarr/0/0/0/0");
        (await client.SendAsync(head)).Dispose();
        using HttpRequestMessage find = new(new HttpMethod("PROPFIND"), "/ramp.zarr");
        find.Headers.Add("Depth", "0");
        (await client.SendAsync(find)).Dispose();
        Scrape after = Scrape.Read(await client.GetStringAsync("/metrics"));

        Assert.Equal(3, Rise("zarrfs_http_requests_total", "chunk", "2xx"));
        Assert.Equal(1, Rise("zarrfs_http_requests_total", "document", "2xx"));
        Assert.Equal(1, Rise("zarrfs_http_requests_total", "listing", "2xx"));
        Assert.Equal(1, Rise("zarrfs_http_requests_total", "picture", "2xx"));
        Assert.Equal(1, Rise("zarrfs_http_requests_total", "dav", "2xx"));
        Assert.Equal(1, Rise("zarrfs_http_requests_total", "other", "4xx"));
        Assert.Equal(2 * ChunkBytes, Rise("zarrfs_http_sent_bytes_total", "chunk"));
        Assert.Equal(document.Length, Rise("zarrfs_http_sent_bytes_total", "document"));
        Assert.Equal(listing.Length, Rise("zarrfs_http_sent_bytes_total", "listing"));
        Assert.Equal(picture.Length, Rise("zarrfs_http_sent_bytes_total", "picture"));
        Assert.InRange(Rise("zarrfs_http_sent_bytes_total", "page"), page.Length + 1, page.Length + 100_000); // and the first scrape
        Assert.Equal(3, Rise("zarrfs_http_duration_seconds_count", "chunk"));
        Assert.Equal(1, after.Value("zarrfs_http_connections"));
        Assert.True(Rise("zarrfs_chunks_made_total", "exact") >= 9);
        Assert.Equal(0, after.Value("zarrfs_chunks_made_total", "preview"));
        Assert.True(Rise("zarrfs_source_read_bytes_total") >= 9 * ChunkBytes);

        double Rise(string name, string? kind = null, string? status = null) => after.Value(name, kind, status) - before.Value(name, kind, status);
    }

    [PrometheusFact]
    public async Task Prometheus_reads_all_of_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        _ = await server.Client.GetByteArrayAsync("/vol.zarr/0/3");
        using HttpResponseMessage response = await server.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Scrape scrape = await Scrape.Of(server);
        Assert.Equal("counter", scrape.Types["zarrfs_http_requests"]);
        Assert.Equal("gauge", scrape.Types["zarrfs_http_connections"]);
        Assert.Equal("histogram", scrape.Types["zarrfs_http_duration_seconds"]);
        Assert.Equal("counter", scrape.Types["process_cpu_seconds"]);
        Assert.InRange(scrape.Value("process_resident_memory_bytes"), 1 << 20, 1L << 40);
        Assert.InRange(scrape.Value("process_threads"), 2, 10_000);
        Assert.InRange(scrape.Value("process_start_time_seconds"), 1.6e9, 1e10);
        Assert.All(scrape.Help, help => Assert.NotEqual("", help.Value));
    }

    [PrometheusFact]
    public void Labels_are_escaped()
    {
        const string Odd = "a \"b\"\\c\nd é";
        StringBuilder text = new();
        PrometheusText.AppendHead(text, "zarrfs_test", "gauge", "back\\slash\nand lines");
        PrometheusText.AppendSample(text, "zarrfs_test", PrometheusText.Labels([new("volume", Odd), new("kind.of", 3)]), double.PositiveInfinity);
        Scrape scrape = Scrape.Read(text.ToString().Replace("+Inf", "12", StringComparison.Ordinal));
        JsonElement labels = Assert.Single(scrape.Samples)[1];
        Assert.Equal(Odd, labels.GetProperty("volume").GetString());
        Assert.Equal("3", labels.GetProperty("kind_of").GetString());
        Assert.Equal("back\\slash\nand lines", scrape.Help["zarrfs_test"]);
        Assert.Contains("} +Inf\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_sees_some_volumes_only_has_no_metrics()
    {
        FakeTree tree = new();
        using MetricsPage page = new(tree, new PageTurns(1));
        Assert.Null(Ask(new Caller("somebody", new HashSet<string>(["vol"], StringComparer.Ordinal))));
        Assert.NotNull(Ask(Caller.Anyone));

        Task? Ask(Caller caller)
        {
            DefaultHttpContext context = new();
            context.Request.Method = "HEAD";
            return page.TryAnswer(new Visit { Context = context, Access = new AccessNow(null!, tree), Caller = caller, Content = null!, Path = "metrics", IsDirectory = false, Query = "" });
        }
    }

    [Fact]
    public async Task Who_was_let_in_before_the_volumes_changed_has_no_metrics_of_them()
    {
        using MetricsPage page = new(new FakeTree(), new PageTurns(1));
        DefaultHttpContext context = new();
        context.Request.Method = "GET";
        await Assert.ThrowsAsync<OverloadException>(
            () => page.TryAnswer(new Visit { Context = context, Access = new AccessNow(null!, new FakeTree()), Caller = Caller.Anyone, Content = null!, Path = "metrics", IsDirectory = false, Query = "" })!);
    }

    [Fact]
    public void A_rate_is_of_the_last_seconds()
    {
        TimeSpan now = TimeSpan.Zero;
        RecentRate rate = new(() => now);
        Assert.Equal(0, rate.Of(1000));
        now = TimeSpan.FromSeconds(2);
        Assert.Equal(500, rate.Of(2000));
        now = TimeSpan.FromSeconds(11);
        Assert.Equal(1000, rate.Of(11_000)); // since the look at two seconds: the first is too long ago
        now = TimeSpan.FromSeconds(60);
        Assert.Equal(0, rate.Of(50_000)); // nobody has looked for long
        now = TimeSpan.FromSeconds(61);
        Assert.Equal(1000, rate.Of(51_000));
        Assert.Equal(0, new RecentRate(() => now).Of(7));
    }

    [Fact]
    public async Task A_collector_of_OpenTelemetry_is_sent_the_metrics()
    {
        (HttpListener listener, string endpoint) = Listen();
        using Workspace workspace = new();
        RampVolume.Write(workspace.Folder("slices"));
        using (listener)
        {
            using var process = ZarrFsProcess.StartWith(
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_SERVICE_NAME"] = "scrolls of the lab",
                    ["OTEL_METRIC_EXPORT_INTERVAL"] = "200", ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "120000",
                },
                "serve", workspace.At("slices"), "--listen", "127.0.0.1:0", "--memory", "256MB");
            string body;
            do
            {
                HttpListenerContext context = await listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(120));
                Assert.Equal(("POST", "/v1/metrics", "application/x-protobuf"), (context.Request.HttpMethod, context.Request.RawUrl, context.Request.ContentType));
                using MemoryStream received = new();
                await context.Request.InputStream.CopyToAsync(received);
                context.Response.Close();
                body = Encoding.Latin1.GetString(received.ToArray());
                Assert.Contains("scrolls of the lab", body, StringComparison.Ordinal);
            }
            while (!body.Contains("zarrfs.http.connections", StringComparison.Ordinal)); // the first has nothing yet
            Assert.Contains("zarrfs.memory.limit", body, StringComparison.Ordinal);
            listener.Close(); // or what is sent at the end is waited for
        }
    }

    /// <summary>Finds a port that nobody has, which may take several tries.</summary>
    private static (HttpListener Listener, string Endpoint) Listen()
    {
        while (true)
        {
            string endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Random.Shared.Next(20_000, 32_000)}");
            HttpListener listener = new();
            listener.Prefixes.Add($"{endpoint}/");
            try
            {
                listener.Start();
                return (listener, endpoint);
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }

    private sealed record Scrape(JsonElement[] Samples, Dictionary<string, string> Types, Dictionary<string, string> Help)
    {
        public static async Task<Scrape> Of(TestServer server) => Read(await server.Client.GetStringAsync("/metrics"));

        public static Scrape Read(string text)
        {
            using JsonDocument parsed = JsonDocument.Parse(Numpy.Run(Parse, Encoding.UTF8.GetBytes(text)));
            JsonElement root = parsed.RootElement;
            return new Scrape(
                [.. root.GetProperty("samples").EnumerateArray().Select(sample => sample.Clone())], root.GetProperty("types").Deserialize<Dictionary<string, string>>()!,
                root.GetProperty("help").Deserialize<Dictionary<string, string>>()!);
        }

        public double Value(string name, string? kind = null, string? status = null) => Samples
            .Where(sample => sample[0].GetString() == name && Has(sample[1], "kind", kind) && Has(sample[1], "status", status)).Sum(sample => sample[2].GetDouble());

        private static bool Has(JsonElement labels, string label, string? value) =>
            value is null || (labels.TryGetProperty(label, out JsonElement found) && found.GetString() == value);
    }

    /// <summary>Skipped where Prometheus' own parser is not there.</summary>
    private sealed class PrometheusFactAttribute : FactAttribute
    {
        private static readonly Lazy<string?> Missing = new(() => Numpy.FindMissing("prometheus_client"));

        public PrometheusFactAttribute() => Skip = Numpy.Reason ?? Missing.Value;
    }
}
