using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Http;

public sealed partial class ListingTests
{
    [Fact]
    public async Task HTML_links_are_relative_and_directories_end_in_a_slash()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync("/vol.zarr/", ("Accept", "text/html"));
        string html = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(["../", ".zattrs", "0/"], Links(html));
    }

    [Fact]
    public async Task Every_link_opens_whatever_is_in_its_name()
    {
        await using TestServer server = await TestServer.StartAsync();
        string html = await server.Client.GetStringAsync("/vol.zarr/0/");
        Assert.DoesNotContain("<é>", html);
        Assert.Contains("a b&amp;&lt;&#233;&gt;%.json", html);
        List<string> links = Links(html);
        Assert.Equal(43, links.Count);
        foreach (string link in links)
        {
            using HttpResponseMessage response = await server.SendAsync(HttpMethod.Head, new Uri(new Uri(server.Address + "/vol.zarr/0/"), link).ToString());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("/vol.zarr/0/?format=json", "*/*")]
    [InlineData("/vol.zarr/0/", "application/json")]
    public async Task JSON_listings_name_type_size_and_time(string path, string accept)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync(path, ("Accept", accept));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement[] entries = [.. json.RootElement.EnumerateArray()];
        Assert.Equal(42, entries.Length);
        JsonElement odd = Assert.Single(entries, entry => entry.GetProperty("name").GetString() == TestServer.OddName);
        Assert.Equal("file", odd.GetProperty("type").GetString());
        Assert.Equal(2, odd.GetProperty("size").GetInt64());
        Assert.Equal(FakeTree.Modified.UtcDateTime, odd.GetProperty("modified").GetDateTime());
    }

    [Fact]
    public async Task A_directory_of_any_length_is_listed_whole()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Tree.AddDirectory("vol.zarr/many");
        for (int i = 0; i < 2000; i++) server.Tree.AddDocument($"vol.zarr/many/{i:0000}-{new string('n', 60)}", "");
        Assert.Equal(2001, Links(await server.Client.GetStringAsync("/vol.zarr/many/")).Count);
        using JsonDocument json = JsonDocument.Parse(await server.Client.GetStringAsync("/vol.zarr/many/?format=json"));
        Assert.Equal(2000, json.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task The_start_page_has_the_facts_the_files_and_the_links()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(TestServer.Facts());
        string html = await server.Client.GetStringAsync("/");
        Assert.Contains("/data/&lt;scroll&gt;", html);
        Assert.DoesNotContain("<scroll>", html);
        Assert.DoesNotContain("<short>", html);
        Assert.Contains("10×20×30 (z y x)", html);
        Assert.Contains("uint16", html);
        Assert.Contains("7.91 micrometer", html);
        Assert.Contains("<span data-bad>1</span> bad, <span data-missing>0</span> missing", html);
        Assert.Contains($"napari --plugin napari-ome-zarr '{server.Address}/vol.zarr'", WebUtility.HtmlDecode(html));
        Assert.Contains("vol.zarr/", Links(html));

        string link = WebUtility.HtmlDecode(Links(html).First(found => found.Contains("zarr3")));
        Assert.StartsWith("https://neuroglancer-demo.appspot.com/#!", link);
        using JsonDocument state = JsonDocument.Parse(Uri.UnescapeDataString(link[(link.IndexOf("#!", StringComparison.Ordinal) + 2)..]));
        JsonElement layer = state.RootElement.GetProperty("layers")[0];
        Assert.Equal($"{server.Address}/vol.ome.zarr/|zarr3:", layer.GetProperty("source").GetString());
        JsonElement x = state.RootElement.GetProperty("dimensions").GetProperty("x");
        Assert.Equal(7.91e-6, x[0].GetDouble(), 1e-15);
        Assert.Equal("m", x[1].GetString());
    }

    [Fact]
    public async Task The_start_page_speaks_JSON_to_programs()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(TestServer.Facts() with { VoxelSize = VoxelSize.None });
        using HttpResponseMessage response = await server.GetAsync("/", ("Accept", "application/json"));
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement volume = json.RootElement.GetProperty("volumes")[0];
        Assert.Equal("uint16", volume.GetProperty("dataType").GetString());
        Assert.Equal([1L, 1, 10, 20, 30], volume.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()));
        Assert.Equal("bad", volume.GetProperty("problems")[0].GetProperty("kind").GetString());
        Assert.Contains("%5B0%2C500%5D", volume.GetProperty("neuroglancer").GetString());
        Assert.Equal("vol.zarr", json.RootElement.GetProperty("entries")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Channels_and_time_are_told_with_what_each_root_shows()
    {
        await using TestServer server = await TestServer.StartAsync();
        ContrastWindow window = new(1, 9, 0, 255);
        server.Volumes.Add(TestServer.Facts() with
        {
            Shape = new VolumeShape(3, 2, 10, 20, 30),
            Channels = [new OmeroChannel("<DAPI>", 0x0000FF, true, window), new OmeroChannel("GFP", 0x00FF00, false, window)],
            TimeStep = new TimeStep(250, "millisecond"),
            Leading = new LeadingIndex(2, 1),
            Others = ["page 7: a <thumbnail>"],
        });
        string html = await server.Client.GetStringAsync("/");
        Assert.Contains("&lt;DAPI&gt;", html);
        Assert.Contains("3×2×10×20×30 (t c z y x)", WebUtility.HtmlDecode(html));
        Assert.Contains("250 millisecond", html);
        Assert.Contains("Not shown: page 7: a &lt;thumbnail&gt;", html);
        Assert.Contains("channel 1 \"GFP\", time 2; vol.ome.zarr has all", WebUtility.HtmlDecode(html));
        Assert.Contains($"napari --plugin napari-ome-zarr '{server.Address}/vol.ome.zarr'", WebUtility.HtmlDecode(html));
        Assert.Contains("[\"0\"]; print(v[0, 0, 0, 0])", WebUtility.HtmlDecode(html));

        JsonElement[] layers = [.. State(WebUtility.HtmlDecode(Links(html).First(found => found.Contains("zarr3")))).GetProperty("layers").EnumerateArray()];
        Assert.Equal(["<DAPI>", "GFP"], layers.Select(layer => layer.GetProperty("name").GetString()));
        Assert.Equal([0, 1], layers.Select(layer => layer.GetProperty("localPosition")[0].GetInt32()));
        Assert.False(layers[1].GetProperty("visible").GetBoolean());
        JsonElement only = Assert.Single(State(WebUtility.HtmlDecode(Links(html).First(found => found.Contains("zarr2")))).GetProperty("layers").EnumerateArray());
        Assert.False(only.TryGetProperty("localPosition", out _));

        using JsonDocument json = JsonDocument.Parse(await server.Client.GetStringAsync("/?format=json"));
        JsonElement volume = json.RootElement.GetProperty("volumes")[0];
        Assert.Equal("0000FF", volume.GetProperty("channels")[0].GetProperty("color").GetString());
        Assert.Equal((2, 1), (volume.GetProperty("zarr2Shows").GetProperty("t").GetInt32(), volume.GetProperty("zarr2Shows").GetProperty("c").GetInt32()));
        Assert.Equal("millisecond", volume.GetProperty("timeStep").GetProperty("unit").GetString());

        static JsonElement State(string link)
        {
            using JsonDocument state = JsonDocument.Parse(Uri.UnescapeDataString(link[(link.IndexOf("#!", StringComparison.Ordinal) + 2)..]));
            return state.RootElement.Clone();
        }
    }

    [Fact]
    public async Task Health_tells_volumes_and_memory()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Volumes.Add(TestServer.Facts());
        _ = await server.Client.GetByteArrayAsync("/vol.zarr/0/100");
        using JsonDocument json = JsonDocument.Parse(await server.Client.GetStringAsync("/healthz"));
        Assert.Equal("ok", json.RootElement.GetProperty("status").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("volumes").GetInt32());
        Assert.Equal(TestServer.LargeChunk, json.RootElement.GetProperty("memory").GetProperty("inUse").GetInt64());
        Assert.Equal(256 << 20, json.RootElement.GetProperty("memory").GetProperty("budget").GetInt64());
    }

    private static List<string> Links(string html) => [.. Link().Matches(html).Select(match => match.Groups["target"].Value)];

    [GeneratedRegex("<a href=\"(?<target>[^\"]*)\"", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Link();
}
