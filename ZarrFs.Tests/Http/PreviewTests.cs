using System.Net;

namespace ZarrFs.Tests.Http;

public sealed class PreviewTests
{
    private const string Chunk = "/vol.zarr/0/0";
    private const string Exact = "\"tag-7\"";
    private const string Preview = "\"tag-7-p\"";

    [Fact]
    public async Task A_preview_says_that_it_is_one()
    {
        await using TestServer server = await TestServer.StartAsync();
        MakePreview(server);
        using HttpResponseMessage head = await server.SendAsync(HttpMethod.Head, Chunk);
        AssertPreview(head);
        Assert.Equal(TestServer.SmallChunk, head.Content.Headers.ContentLength);
        Assert.Equal(0, server.Chunks.Made);
        for (int i = 0; i < 2; i++) // made, then from memory
        {
            using HttpResponseMessage response = await server.GetAsync(Chunk);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            AssertPreview(response);
            Assert.Contains("X-ZarrFs-Provisional", string.Join(',', response.Headers.GetValues("Access-Control-Expose-Headers")));
            Assert.Equal(FakeChunks.Preview(0, TestServer.SmallChunk), await response.Content.ReadAsByteArrayAsync());
        }

        using HttpResponseMessage other = await server.GetAsync("/vol.zarr/0/1");
        Assert.False(other.Headers.Contains("X-ZarrFs-Provisional"));
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task When_the_exact_chunk_has_come_nothing_of_the_preview_is_left()
    {
        await using TestServer server = await TestServer.StartAsync();
        MakePreview(server);
        using HttpResponseMessage before = await server.GetAsync(Chunk);
        server.Chunks.SaidProvisional.Clear();
        server.Chunks.MadeProvisional.Clear();
        server.Chunks.Evict(0);
        using HttpResponseMessage after = await server.GetAsync(Chunk, ("If-None-Match", before.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal(Exact, after.Headers.ETag!.ToString());
        Assert.False(after.Headers.Contains("X-ZarrFs-Provisional"));
        Assert.NotNull(after.Content.Headers.LastModified);
        Assert.Equal(FakeChunks.Expected(0, TestServer.SmallChunk), await after.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(true, Exact, HttpStatusCode.NotModified, Exact)]
    [InlineData(true, Preview, HttpStatusCode.NotModified, Preview)]
    [InlineData(true, "\"tag-7-r1\"", HttpStatusCode.OK, Preview)]
    [InlineData(false, Exact, HttpStatusCode.NotModified, Exact)]
    [InlineData(false, Preview, HttpStatusCode.OK, Exact)]
    public async Task Nothing_is_sent_or_made_for_who_has_the_best_there_is(bool isPreview, string has, HttpStatusCode status, string tag)
    {
        await using TestServer server = await TestServer.StartAsync();
        if (isPreview) MakePreview(server);
        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Head, HttpMethod.Get])
        {
            using HttpResponseMessage response = await server.SendAsync(method, Chunk, ("If-None-Match", has));
            Assert.Equal(status, response.StatusCode);
            Assert.Equal(tag, response.Headers.ETag!.ToString());
            Assert.Equal(tag == Preview, response.Headers.Contains("X-ZarrFs-Provisional"));
        }

        Assert.Equal(status == HttpStatusCode.OK ? 1 : 0, server.Chunks.Made);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Headers_are_those_of_the_bytes_whatever_was_expected(bool said, bool made)
    {
        await using TestServer server = await TestServer.StartAsync();
        if (said) server.Chunks.SaidProvisional.Add(0);
        if (made) server.Chunks.MadeProvisional.Add(0);
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage response = await server.GetAsync(Chunk);
            Assert.Equal(made ? Preview : Exact, response.Headers.ETag!.ToString());
            Assert.Equal(made, response.Headers.Contains("X-ZarrFs-Provisional"));
            Assert.Equal(made, response.Content.Headers.LastModified is null);
            byte[] expected = made ? FakeChunks.Preview(0, TestServer.SmallChunk) : FakeChunks.Expected(0, TestServer.SmallChunk);
            Assert.Equal(expected, await response.Content.ReadAsByteArrayAsync());
        }

        // Its conditions too are about the bytes that there are.
        using HttpResponseMessage match = await server.GetAsync(Chunk, ("If-Match", said ? Preview : Exact));
        Assert.Equal(HttpStatusCode.PreconditionFailed, match.StatusCode);
        await server.AssertNoLeaseIsOutAsync();
    }

    [Theory]
    [InlineData(true, true, Preview, HttpStatusCode.PartialContent)]
    [InlineData(true, true, Exact, HttpStatusCode.OK)]
    [InlineData(false, false, Exact, HttpStatusCode.PartialContent)]
    [InlineData(false, false, Preview, HttpStatusCode.OK)]
    [InlineData(true, false, Preview, HttpStatusCode.OK)] // exact when it comes to it
    [InlineData(true, false, Exact, HttpStatusCode.PartialContent)]
    [InlineData(false, true, Exact, HttpStatusCode.OK)]
    [InlineData(true, true, "Mon, 06 May 2024 07:08:09 GMT", HttpStatusCode.OK)] // a date does not tell them apart
    public async Task A_part_of_one_is_never_glued_to_a_part_of_the_other(bool said, bool made, string has, HttpStatusCode status)
    {
        await using TestServer server = await TestServer.StartAsync();
        if (said) server.Chunks.SaidProvisional.Add(0);
        if (made) server.Chunks.MadeProvisional.Add(0);
        using HttpResponseMessage response = await server.GetAsync(Chunk, ("Range", "bytes=10-19"), ("If-Range", has));
        Assert.Equal(status, response.StatusCode);
        byte[] whole = made ? FakeChunks.Preview(0, TestServer.SmallChunk) : FakeChunks.Expected(0, TestServer.SmallChunk);
        bool isPart = status == HttpStatusCode.PartialContent;
        Assert.Equal(isPart, response.Content.Headers.ContentRange is not null);
        Assert.Equal(isPart ? whole[10..20] : whole, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(made ? Preview : Exact, response.Headers.ETag!.ToString());
    }

    [Theory]
    [InlineData(true, "Mon, 06 May 2034 07:08:09 GMT")]
    [InlineData(false, "Mon, 06 May 2034 07:08:09 GMT")] // when a preview was saved, perhaps
    public async Task No_date_stands_for_a_preview(bool isPreview, string date)
    {
        await using TestServer server = await TestServer.StartAsync();
        if (isPreview) MakePreview(server);
        using HttpResponseMessage response = await server.GetAsync(Chunk, ("If-Modified-Since", date));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using HttpResponseMessage unmodified = await server.GetAsync(Chunk, ("If-Unmodified-Since", date));
        Assert.Equal(HttpStatusCode.OK, unmodified.StatusCode);
    }

    [Fact]
    public async Task Each_revision_has_its_own_tag_and_no_date()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage first = await server.GetAsync(Chunk);
        Assert.Equal(Exact, first.Headers.ETag!.ToString());
        server.Chunks.Revision = 2;
        using HttpResponseMessage second = await server.GetAsync(Chunk, ("If-None-Match", Exact), ("If-Modified-Since", "Mon, 06 May 2024 07:08:09 GMT"));
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal("\"tag-7-r2\"", second.Headers.ETag!.ToString());
        Assert.Null(second.Content.Headers.LastModified);
        MakePreview(server);
        server.Chunks.Evict(0);
        using HttpResponseMessage preview = await server.GetAsync(Chunk);
        Assert.Equal("\"tag-7-r2-p\"", preview.Headers.ETag!.ToString());
        using HttpResponseMessage document = await server.GetAsync("/vol.zarr/.zattrs");
        Assert.Equal("\"tag-3\"", document.Headers.ETag!.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_of_before_a_change_never_go_under_the_tag_of_after(bool fromFile)
    {
        await using TestServer server = await TestServer.StartAsync();
        string path = Path.GetTempFileName();
        try
        {
            // The old bytes are others than the new ones.
            await File.WriteAllBytesAsync(path, FakeChunks.Preview(0, TestServer.SmallChunk));
            if (fromFile) server.Chunks.Files[0] = path;
            else server.Chunks.MadeProvisional.Add(0);
            server.Chunks.Given = _ =>
            {
                // The one who asked has not got it yet.
                server.Chunks.Given = _ => { };
                server.Chunks.MadeProvisional.Clear();
                server.Chunks.Files.Clear();
                server.Chunks.Evict(0);
                server.Chunks.Revision = 1;
            };
            using HttpResponseMessage response = await server.GetAsync(Chunk);
            Assert.Equal("\"tag-7-r1\"", response.Headers.ETag!.ToString());
            Assert.Equal(FakeChunks.Expected(0, TestServer.SmallChunk), await response.Content.ReadAsByteArrayAsync());
        }
        finally
        {
            File.Delete(path);
        }

        await server.AssertNoLeaseIsOutAsync();
    }

    private static void MakePreview(TestServer server)
    {
        server.Chunks.SaidProvisional.Add(0);
        server.Chunks.MadeProvisional.Add(0);
    }

    private static void AssertPreview(HttpResponseMessage response)
    {
        Assert.Equal(Preview, response.Headers.ETag!.ToString());
        Assert.Equal("1", Assert.Single(response.Headers.GetValues("X-ZarrFs-Provisional")));
        Assert.True(response.Headers.CacheControl!.NoCache);
        Assert.Null(response.Content.Headers.LastModified);
    }
}
