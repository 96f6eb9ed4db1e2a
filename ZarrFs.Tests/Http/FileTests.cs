using System.Net;

namespace ZarrFs.Tests.Http;

public sealed class FileTests
{
    private const string Chunk = "/vol.zarr/0/0";

    [Fact]
    public async Task A_document_comes_with_all_its_headers()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync("/vol.zarr/.zattrs");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(TestServer.Document, await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(TestServer.Document.Length, response.Content.Headers.ContentLength);
        Assert.Equal("\"tag-3\"", response.Headers.ETag!.ToString());
        Assert.Equal(new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero), response.Content.Headers.LastModified);
        Assert.Equal("bytes", response.Headers.AcceptRanges.ToString());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("Content-Range", string.Join(',', response.Headers.GetValues("Access-Control-Expose-Headers")));
    }

    [Theory]
    [InlineData("/vol.zarr/0/0", 0, TestServer.SmallChunk)]
    [InlineData("/vol.zarr/0/100", 100, TestServer.LargeChunk)]
    public async Task A_chunk_is_exact_when_made_and_when_cached(string path, int x, int size)
    {
        await using TestServer server = await TestServer.StartAsync();
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage response = await server.GetAsync(path);
            Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
            Assert.Equal(size, response.Content.Headers.ContentLength);
            Assert.Equal(FakeChunks.Expected(x, size), await response.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(1, server.Chunks.Made);
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task Empty_documents_are_empty()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync("/vol.zarr/0/empty.json");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
        using HttpResponseMessage part = await server.GetAsync("/vol.zarr/0/empty.json", ("Range", "bytes=0-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, part.StatusCode);
    }

    [Fact]
    public async Task HEAD_tells_the_size_and_makes_nothing()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.SendAsync(HttpMethod.Head, Chunk, ("Range", "bytes=0-9"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(TestServer.SmallChunk, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(0, server.Chunks.Made);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("BYTES=10-19", 10, 10)]
    [InlineData("bytes=999-", 999, 1)]
    [InlineData("bytes=990-5000", 990, 10)]
    [InlineData("bytes=0-99999999999999999999", 0, 1000)]
    [InlineData("bytes=-1", 999, 1)]
    [InlineData("bytes=-1000", 0, 1000)]
    [InlineData("bytes=-5000", 0, 1000)]
    public async Task Single_ranges_are_parts(string range, int start, int length)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync(Chunk, ("Range", range));
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {start}-{start + length - 1}/1000", response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(FakeChunks.Expected(0, 1000).AsSpan(start, length).ToArray(), await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("bytes=1000-")]
    [InlineData("bytes=1000-1000")]
    [InlineData("bytes=99999999999999999999-")]
    [InlineData("bytes=-0")]
    public async Task Ranges_beyond_the_file_are_416(string range)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync(Chunk, ("Range", range));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Equal("bytes */1000", response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(0, server.Chunks.Made);
    }

    [Theory]
    [InlineData("bytes=5-4")]
    [InlineData("bytes=-")]
    [InlineData("bytes=")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes=1-2,5-6")]
    [InlineData("items=0-1")]
    [InlineData("bytes 0-1")]
    public async Task Malformed_and_multiple_ranges_are_ignored(string range)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync(Chunk, ("Range", range));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(FakeChunks.Expected(0, 1000), await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Ranges_of_documents_work_too()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync("/vol.zarr/.zattrs", ("Range", "bytes=2-5"));
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(TestServer.Document[2..6], await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("\"tag-7\"", HttpStatusCode.PartialContent)]
    [InlineData("\"other\"", HttpStatusCode.OK)]
    [InlineData("W/\"tag-7\"", HttpStatusCode.OK)]
    [InlineData("Mon, 06 May 2024 07:08:09 GMT", HttpStatusCode.PartialContent)]
    [InlineData("Mon, 06 May 2024 07:08:10 GMT", HttpStatusCode.OK)]
    public async Task If_Range_guards_the_range(string condition, HttpStatusCode expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync(Chunk, ("Range", "bytes=0-9"), ("If-Range", condition));
        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("If-None-Match", "\"tag-7\"", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "W/\"tag-7\"", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "\"a\", \"tag-7\"", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "*", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "\"a\"", HttpStatusCode.OK)]
    [InlineData("If-Match", "\"tag-7\"", HttpStatusCode.OK)]
    [InlineData("If-Match", "*", HttpStatusCode.OK)]
    [InlineData("If-Match", "W/\"tag-7\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("If-Match", "\"a\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("If-Modified-Since", "Mon, 06 May 2024 07:08:09 GMT", HttpStatusCode.NotModified)]
    [InlineData("If-Modified-Since", "Mon, 06 May 2024 07:08:08 GMT", HttpStatusCode.OK)]
    [InlineData("If-Modified-Since", "yesterday", HttpStatusCode.OK)]
    [InlineData("If-Unmodified-Since", "Mon, 06 May 2024 07:08:08 GMT", HttpStatusCode.PreconditionFailed)]
    public async Task Conditions_are_kept(string name, string value, HttpStatusCode expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.GetAsync(Chunk, (name, value));
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(TestServer.ChunkTag, response.Headers.ETag!.ToString());
        Assert.Equal(expected == HttpStatusCode.OK ? 1 : 0, server.Chunks.Made);
    }

    [Fact]
    public async Task Other_methods_are_405()
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (HttpMethod method in new[] { HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch, HttpMethod.Trace })
        {
            using HttpResponseMessage response = await server.SendAsync(method, Chunk);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.Equal(["OPTIONS", "GET", "HEAD", "PROPFIND"], response.Content.Headers.Allow);
        }
    }

    [Fact]
    public async Task A_preflight_is_answered()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.SendAsync(
            HttpMethod.Options,
            Chunk,
            ("Origin", "https://example.org"),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "range"),
            ("Access-Control-Request-Private-Network", "true"));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("GET", string.Join(',', response.Headers.GetValues("Access-Control-Allow-Methods")));
        Assert.Contains("Range", string.Join(',', response.Headers.GetValues("Access-Control-Allow-Headers")));
        Assert.Equal("86400", Assert.Single(response.Headers.GetValues("Access-Control-Max-Age")));
        Assert.Equal("true", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Private-Network")));

        using HttpResponseMessage plain = await server.SendAsync(HttpMethod.Options, Chunk);
        Assert.False(plain.Headers.Contains("Access-Control-Allow-Private-Network"));
    }
}
