using System.Net;
using System.Text;

namespace ZarrFs.Tests.Http;

public sealed class PathTests
{
    [Theory]
    [InlineData("/vol.zarr/.zattrs", 200)]
    [InlineData("/vol.zarr/.zattrs?x=1", 200)]
    [InlineData("/%76ol.zarr/.zattrs", 200)]
    [InlineData("http://127.0.0.1:9000/vol.zarr/.zattrs", 200)]
    [InlineData("/vol.zarr/0/a%20b&%3C%C3%A9%3E%25.json", 200)]
    [InlineData("/vol.zarr", 404)]
    [InlineData("/vol.zarr/0", 404)]
    [InlineData("/vol.zarr/.zattrs/", 404)]
    [InlineData("/vol.zarr/nothing", 404)]
    [InlineData("/vol.zarr/../vol.zarr/.zattrs", 404)]
    [InlineData("/vol.zarr/%2e%2e/vol.zarr/.zattrs", 404)]
    [InlineData("/./vol.zarr/.zattrs", 200)]
    [InlineData("/../../etc/passwd", 404)]
    [InlineData("//vol.zarr/.zattrs", 404)]
    [InlineData("/vol.zarr//.zattrs", 404)]
    [InlineData("//", 404)]
    [InlineData("/vol.zarr//", 404)]
    [InlineData("/vol.zarr%2f.zattrs", 404)]
    [InlineData("/vol.zarr%5C.zattrs", 404)]
    [InlineData("/vol.zarr\\.zattrs", 404)]
    [InlineData("/vol.zarr/%00", 400)]
    [InlineData("/vol.zarr/%C3", 400)]
    [InlineData("/vol.zarr/%C0%AE%C0%AE/x", 400)]
    [InlineData("/vol.zarr/%ED%A0%80", 400)]
    [InlineData("/vol.zarr/%zz", 400)]
    [InlineData("/vol.zarr/%4", 400)]
    public async Task Each_target_gets_its_status(string target, int status)
    {
        await using TestServer server = await TestServer.StartAsync();
        string answer = Encoding.Latin1.GetString(
            await server.ExchangeAsync($"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:9000\r\nConnection: close\r\n\r\n"));
        Assert.StartsWith($"HTTP/1.1 {status} ", answer);
        if (status == 404) Assert.Contains("application/problem+json", answer);
    }

    [Fact]
    public async Task What_is_not_there_is_told_in_a_problem_document()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync("/vol.zarr/9/0/0");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("\"instance\":\"/vol.zarr/9/0/0\"", await response.Content.ReadAsStringAsync());
        Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Headers_beyond_the_limit_are_refused()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync("/", ("X-Long", new string('x', 20_000)));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task The_browser_s_icon_and_OPTIONS_of_the_server_are_answered()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage icon = await server.GetAsync("/favicon.ico");
        Assert.Equal(HttpStatusCode.NoContent, icon.StatusCode);
        string answer = Encoding.Latin1.GetString(await server.ExchangeAsync("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 204 ", answer);
    }
}
