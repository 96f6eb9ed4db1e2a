using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Page;

/// <summary>The start page: safe, complete, and silent about directories where it must be.</summary>
public sealed partial class StartPageTests
{
    [Fact]
    public async Task Nothing_on_it_is_from_elsewhere_or_inline()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(TestServer.Facts());
        using HttpResponseMessage response = await server.GetAsync("/", ("Accept", "text/html"));
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        string html = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<style", html, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?! src=\"page/script.js\" defer></script>)", html);
        Assert.All(Source().Matches(html), match => Assert.DoesNotContain(":", match.Groups["url"].Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/page/style.css", "text/css")]
    [InlineData("/page/script.js", "text/javascript")]
    [InlineData("/page/icon.svg", "image/svg+xml")]
    public async Task Its_files_are_in_the_program_and_known_again(string path, string type)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync(path);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage again = await server.GetAsync(path, ("If-None-Match", response.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using HttpResponseMessage absent = await server.GetAsync("/page/../page/style.css");
        Assert.NotEqual("text/html", absent.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData(DataType.UInt64, true)]
    [InlineData(DataType.Float32, true)]
    [InlineData(DataType.Int64, false)]
    [InlineData(DataType.Float64, false)]
    public async Task What_Neuroglancer_cannot_show_has_no_button_for_it(DataType type, bool isThere)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(TestServer.Facts() with { DataType = type });
        string page = await server.Client.GetStringAsync("/");
        Assert.Equal(isThere, page.Contains("Open in Neuroglancer", StringComparison.Ordinal));
        Assert.Equal(!isThere, page.Contains("Neuroglancer shows no voxels of type", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shared_service_names_no_directory()
    {
        const string Secret = "/home/somebody/secret";
        using BufferPool pool = new(1 << 20);
        VolumeFacts facts = TestServer.Facts() with
        {
            SourcePath = $"{Secret}/slices",
            MountPath = $"{Secret}/mount",
            Problems = [new SourceProblem(SourceProblemKind.Bad, 5, 1, $"{Secret}/slices/00005.tif", $"{Secret}/slices/00005.tif is short")],
            Others = [$"{Secret}/slices/notes.txt", $"b.ome.tif cannot be read in {Secret}/slices", "Could not find file '/mnt/somebody/else.tif'."],
            Build = new BuildStatus(BuildState.Failed, LevelSet.From(1), 1, 2, 3, null, $"{Secret}/cache: the disk is full"),
        };
        FakeTree tree = new();
        tree.AddDirectory("vol.zarr");
        tree.AddChunk("vol.zarr/3", 3, 10);
        FakeChunks chunks = new(pool, _ => 10);
        chunks.Failures[3] = new SourceException($"{Secret}/slices/00003.tif", $"cannot be read: {Secret}/slices/00003.tif is short");
        tree.AddChunk("vol.zarr/4", 4, 10);
        chunks.Failures[4] = new SourceException($"{Secret}/slices/00004.tif", $"a symbolic link leads out of {Secret}/slices here; {Secret}/slices/.zarray says so");
        ServedContent content = new(tree, chunks, pool, () => [facts]) { Cache = () => new CacheFacts($"{Secret}/cache", 1, 2, 3, 4) };
        using HttpService service = new(new HttpOptions { Listen = "127.0.0.1:0", Access = new AccessOptions { IsPublic = true } }, content, NullLoggerFactory.Instance);
        await service.StartAsync(CancellationToken.None);
        using HttpClient client = new() { BaseAddress = new Uri(service.Address!) };
        string page = await client.GetStringAsync("/");
        Assert.Contains(">slices</dd>", page, StringComparison.Ordinal);
        Assert.Contains("00005.tif", page, StringComparison.Ordinal);
        using HttpResponseMessage failed = await client.GetAsync(new Uri("/vol.zarr/3", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        string problem = await failed.Content.ReadAsStringAsync();
        Assert.Contains("00003.tif: cannot be read", problem, StringComparison.Ordinal);
        using HttpResponseMessage ledOut = await client.GetAsync(new Uri("/vol.zarr/4", UriKind.Relative));
        string link = await ledOut.Content.ReadAsStringAsync();
        Assert.Contains("00004.tif: a symbolic link leads out of slices here; .zarray says so", link, StringComparison.Ordinal);
        foreach (string text in (string[])[page, problem, link, await client.GetStringAsync("/?format=json"), await client.GetStringAsync("/status")])
            Assert.DoesNotContain("somebody", text, StringComparison.Ordinal);
        await service.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("/data/x/a.ome.tif", "/data/x/b.ome.tif: cannot be read", "b.ome.tif: cannot be read")]
    [InlineData("/data/x/a.ome.tif", "its c.ome.tif is not in /data/x", "its c.ome.tif is not in x")]
    [InlineData("/data/x/a.ome.tif", "/data/xy/b.tif and '/elsewhere/of/somebody/b.tif'", "xy/b.tif and 'b.tif'")]
    [InlineData("/a dir/(1)/", "/a dir/(1)/7.tif is not of /a dir/(1).", "7.tif is not of (1).")]
    [InlineData("/data", "c0/data/7.tif: 1/2 of https://x.org/data", "c0/data/7.tif: 1/2 of https://x.org/data")]
    [InlineData("scroll", "scroll/7.tif", "scroll/7.tif")]
    public void Of_a_path_the_last_names_are_left(string source, string text, string told) => Assert.Equal(told, new DirectoryRedaction(source).Of(text));

    [Theory]
    [InlineData("https://elsewhere.example", false)]
    [InlineData("null", false)]
    [InlineData(null, true)]
    [InlineData("own", true)]
    public async Task A_page_of_another_origin_is_told_no_directory(string? origin, bool isTold)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(TestServer.Facts());
        server.Cache = new CacheFacts("/data/cache", 1, 2, 3, 4);
        server.Chunks.Failures[3] = new SourceException("/data/<scroll>/3.tif", "cannot be read");
        (string, string)[] headers = origin is null ? [] : [("Origin", origin == "own" ? server.Address : origin)];
        foreach (string path in (string[])["/", "/?format=json", "/status", "/vol.zarr/0/3"])
        {
            using HttpResponseMessage answer = await server.GetAsync(path, headers);
            Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin")); // Neuroglancer completes names by the listing
            Assert.Equal(isTold, (await answer.Content.ReadAsStringAsync()).Contains("/data/", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("viewer")]
    [InlineData("page")]
    public async Task A_volume_called_as_a_door_has_a_picture(string name)
    {
        await using TestServer server = await TestServer.StartAsync(volumes: [name]);
        using HttpResponseMessage answer = await server.GetAsync($"/{name}/preview.png?axis=none");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("axis", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_sees_a_part_is_told_nothing_of_the_whole()
    {
        using BufferPool pool = new(1 << 20);
        ServedContent whole = new(new FakeTree(), new FakeChunks(pool, _ => 1), pool, () => [TestServer.Facts("mine"), TestServer.Facts("theirs") with { Number = 1 }]);
        ServedContent part = whole.For(new Caller("somebody", new HashSet<string>(["mine"], StringComparer.Ordinal)));
        using Host.Http.Metering.HttpMetrics metrics = new();
        using JsonDocument json = JsonDocument.Parse(StartDocument.Make(part, "http://host/t/TOKEN", new ServiceFigures(metrics)));
        Assert.Equal(["mine"], json.RootElement.GetProperty("volumes").EnumerateArray().Select(volume => volume.GetProperty("name").GetString()));
        Assert.Equal("http://host/t/TOKEN/mine/preview.png", json.RootElement.GetProperty("volumes")[0].GetProperty("picture").GetString());
        Assert.False(json.RootElement.GetProperty("service").TryGetProperty("requests", out _));
        Assert.False(json.RootElement.GetProperty("service").TryGetProperty("memory", out _));
    }

    [GeneratedRegex("(src|<link [^>]*href)=\"(?<url>[^\"]*)\"", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Source();
}
