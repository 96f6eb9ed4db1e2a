using System.Net;
using System.Text;
using System.Xml.Linq;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.S3;

namespace ZarrFs.Tests.Http.S3;

/// <summary>The bucket as S3's clients ask for it: listing page by page, objects, errors by name.</summary>
public sealed class BucketTests
{
    private const string Bucket = "/s3/zarrfs";

    private static readonly XNamespace S3 = S3Documents.Namespace;

    [Fact]
    public async Task There_is_one_bucket()
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (string path in (string[])["/s3", "/s3/"])
            Assert.Equal(["zarrfs"], (await GetAsync(server, path)).Descendants(S3 + "Name").Select(name => name.Value));
        Assert.Equal("", (await GetAsync(server, $"{Bucket}?location")).Value);
        Assert.Equal(S3 + "VersioningConfiguration", (await GetAsync(server, $"{Bucket}/?versioning")).Name);
        using HttpResponseMessage head = await server.SendAsync(HttpMethod.Head, Bucket);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.NotEmpty(Assert.Single(head.Headers.GetValues("x-amz-request-id")));
        using HttpResponseMessage missing = await server.SendAsync(HttpMethod.Head, "/s3/other");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task A_listing_is_the_same_by_pages_of_any_length(int length)
    {
        await using TestServer server = await TestServer.StartAsync();
        string[] expected = Expected(server);
        List<string> second = [], first = [];
        string next = "";
        do
        {
            XElement page = await GetAsync(server, $"{Bucket}?list-type=2&max-keys={length}{next}");
            second.AddRange(Keys(page));
            Assert.Equal($"{Keys(page).Length}", page.Element(S3 + "KeyCount")!.Value);
            Assert.InRange(Keys(page).Length, 1, length);
            Assert.Equal(second.Count < expected.Length ? "true" : "false", page.Element(S3 + "IsTruncated")!.Value);
            next = page.Element(S3 + "NextContinuationToken") is { } token ? $"&continuation-token={Uri.EscapeDataString(token.Value)}" : "";
        }
        while (next.Length > 0);

        do
        {
            XElement page = await GetAsync(server, $"{Bucket}/?max-keys={length}{next}");
            first.AddRange(Keys(page));
            next = page.Element(S3 + "NextMarker") is { } marker ? $"&marker={Uri.EscapeDataString(marker.Value)}" : "";
        }
        while (next.Length > 0);

        Assert.Equal(expected, second);
        Assert.Equal(expected, first);
        Assert.Equal(0, server.Chunks.Made);
    }

    [Fact]
    public async Task Directories_are_summed_up_and_keys_can_be_encoded()
    {
        await using TestServer server = await TestServer.StartAsync();
        XElement root = await GetAsync(server, $"{Bucket}?list-type=2&delimiter=/&prefix=");
        Assert.Equal(["vol.zarr/"], root.Elements(S3 + "CommonPrefixes").Select(prefix => prefix.Value));
        Assert.Empty(root.Elements(S3 + "Contents"));
        XElement group = await GetAsync(server, $"{Bucket}?list-type=2&delimiter=%2F&prefix=vol.zarr%2F&fetch-owner=true");
        Assert.Equal(["vol.zarr/0/"], group.Elements(S3 + "CommonPrefixes").Select(prefix => prefix.Value));
        Assert.Equal(["vol.zarr/.zattrs"], Keys(group));
        Assert.NotNull(group.Element(S3 + "Contents")!.Element(S3 + "Owner"));
        XElement odd = await GetAsync(server, $"{Bucket}?list-type=2&encoding-type=url&prefix=vol.zarr/0/a+b");
        Assert.Equal(["vol.zarr/0/a%20b%26%3C%C3%A9%3E%25.json"], Keys(odd));
        Assert.Equal("vol.zarr/0/a%20b", odd.Element(S3 + "Prefix")!.Value);
        Assert.Equal(["vol.zarr/0/" + TestServer.OddName], Keys(await GetAsync(server, $"{Bucket}?list-type=2&prefix=vol.zarr/0/a%20b")));
        Assert.Empty(Keys(await GetAsync(server, $"{Bucket}?list-type=2&max-keys=0")));
        Assert.Equal(Expected(server).Where(key => string.CompareOrdinal(key, "vol.zarr/0/5") > 0), Keys(await GetAsync(server, $"{Bucket}?list-type=2&start-after=vol.zarr/0/5")));
    }

    [Fact]
    public async Task A_client_that_takes_s3_for_the_bucket_gets_its_listing()
    {
        await using TestServer server = await TestServer.StartAsync();
        XElement page = await GetAsync(server, "/s3/?list-type=2&prefix=zarrfs%2Fvol.zarr%2F&delimiter=%2F&encoding-type=url");
        Assert.Equal(["zarrfs/vol.zarr/0/"], page.Elements(S3 + "CommonPrefixes").Select(prefix => prefix.Value));
        Assert.Equal(["zarrfs/vol.zarr/.zattrs"], Keys(page));
    }

    [Fact]
    public async Task What_is_listed_of_an_object_is_what_its_answer_has()
    {
        await using TestServer server = await TestServer.StartAsync();
        XElement listed = (await GetAsync(server, $"{Bucket}?list-type=2&prefix=vol.zarr/0/7")).Element(S3 + "Contents")!;
        using HttpResponseMessage response = await server.GetAsync($"{Bucket}/vol.zarr/0/7");
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(FakeChunks.Expected(7, TestServer.SmallChunk), body);
        Assert.Equal(response.Headers.ETag!.Tag, listed.Element(S3 + "ETag")!.Value);
        Assert.Equal($"{body.Length}", listed.Element(S3 + "Size")!.Value);
        Assert.Equal(response.Content.Headers.LastModified, DateTimeOffset.Parse(listed.Element(S3 + "LastModified")!.Value));
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.NotEmpty(Assert.Single(response.Headers.GetValues("x-amz-request-id")));
    }

    [Fact]
    public async Task Ranges_and_conditions_hold_and_a_date_is_always_there()
    {
        await using TestServer server = await TestServer.StartAsync();
        const string Chunk = Bucket + "/vol.zarr/0/0";
        using HttpResponseMessage part = await server.GetAsync(Chunk, ("Range", "bytes=10-19"));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(FakeChunks.Expected(0, TestServer.SmallChunk)[10..20], await part.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage known = await server.GetAsync(Chunk, ("If-None-Match", TestServer.ChunkTag));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        await ExpectErrorAsync(await server.GetAsync(Chunk, ("If-Match", "\"other\"")), 412, "PreconditionFailed");
        await ExpectErrorAsync(await server.GetAsync(Chunk, ("Range", "bytes=1000-")), 416, "InvalidRange");
        server.Chunks.Revision = 1;
        using HttpResponseMessage head = await server.SendAsync(HttpMethod.Head, Chunk);
        Assert.NotNull(head.Content.Headers.LastModified);
        using HttpResponseMessage dated = await server.GetAsync(Chunk, ("If-Modified-Since", head.Content.Headers.LastModified!.Value.ToString("r")));
        Assert.Equal(HttpStatusCode.OK, dated.StatusCode);
    }

    [Theory]
    [InlineData("", 404, "NoSuchBucket", "/s3/other/vol.zarr/.zattrs")]
    [InlineData("", 404, "NoSuchKey", Bucket + "/vol.zarr/nothing")]
    [InlineData("", 404, "NoSuchKey", Bucket + "/vol.zarr")]
    [InlineData("", 404, "NoSuchKey", Bucket + "/vol.zarr/")]
    [InlineData("", 404, "NoSuchKey", Bucket + "/vol.zarr/0/7/")]
    [InlineData("acl", 501, "NotImplemented", Bucket)]
    [InlineData("policy", 501, "NotImplemented", Bucket)]
    [InlineData("uploads", 501, "NotImplemented", Bucket)]
    [InlineData("tagging", 501, "NotImplemented", Bucket + "/vol.zarr/.zattrs")]
    [InlineData("versionId=abc", 501, "NotImplemented", Bucket + "/vol.zarr/.zattrs")]
    [InlineData("list-type=3", 400, "InvalidArgument", Bucket)]
    [InlineData("max-keys=-1", 400, "InvalidArgument", Bucket)]
    [InlineData("max-keys=1e3", 400, "InvalidArgument", Bucket)]
    [InlineData("max-keys=99999999999999999999", 400, "InvalidArgument", Bucket)]
    [InlineData("encoding-type=base64", 400, "InvalidArgument", Bucket)]
    [InlineData("delimiter=x", 501, "NotImplemented", Bucket)]
    [InlineData("list-type=2&continuation-token=", 400, "InvalidArgument", Bucket)]
    [InlineData("list-type=2&continuation-token=abcd", 400, "InvalidArgument", Bucket)]
    [InlineData("list-type=2&continuation-token=%C3%A9", 400, "InvalidArgument", Bucket)]
    [InlineData("list-type=2&continuation-token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 400, "InvalidArgument", Bucket)]
    [InlineData("prefix=%FF", 400, "InvalidURI", Bucket)]
    [InlineData("list-type=2&prefix=", 404, "NoSuchBucket", "/s3/")]
    public async Task Errors_are_told_by_S3_s_name(string query, int status, string code, string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        await ExpectErrorAsync(await server.GetAsync($"{path}{(query.Length > 0 ? "?" : "")}{query}"), status, code);
    }

    [Fact]
    public async Task A_broken_escape_is_told()
    {
        await using TestServer server = await TestServer.StartAsync();
        string answer = Encoding.Latin1.GetString(await server.ExchangeAsync($"GET {Bucket}?prefix=%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("<Code>InvalidURI</Code>", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("PROPFIND")]
    public async Task What_writes_is_refused(string method)
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (string path in (string[])["/s3", Bucket, Bucket + "/vol.zarr/0/7", Bucket + "/new?uploads"])
            await ExpectErrorAsync(await server.SendAsync(new HttpMethod(method), path), 405, "MethodNotAllowed");
    }

    [Fact]
    public async Task A_source_s_failure_and_overload_are_no_absence()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Chunks.Failures[7] = new SourceException("7.tif", "it is short");
        server.Chunks.Failures[8] = new OverloadException("too many");
        await ExpectErrorAsync(await server.GetAsync($"{Bucket}/vol.zarr/0/7"), 502, "InternalError");
        await ExpectErrorAsync(await server.GetAsync($"{Bucket}/vol.zarr/0/8"), 503, "SlowDown");
    }

    [Fact]
    public async Task Names_beside_the_door_are_no_part_of_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (string path in (string[])["/s3x", "/s", "/S3/zarrfs"])
        {
            using HttpResponseMessage response = await server.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.False(response.Headers.Contains("x-amz-request-id"));
        }
    }

    private static string[] Expected(TestServer server)
    {
        string[] keys = ["vol.zarr/.zattrs", "vol.zarr/0/empty.json", "vol.zarr/0/" + TestServer.OddName, .. Numbers(0, 20), .. Numbers(100, 120)];
        Assert.True(keys.All(key => server.Tree.TryResolve(key, out _)));
        return [.. keys.Order(StringComparer.Ordinal)];

        static IEnumerable<string> Numbers(int from, int to) => Enumerable.Range(from, to - from).Select(x => $"vol.zarr/0/{x}");
    }

    private static string[] Keys(XElement page) => [.. page.Elements(S3 + "Contents").Select(content => content.Element(S3 + "Key")!.Value)];

    private static async Task<XElement> GetAsync(TestServer server, string path)
    {
        using HttpResponseMessage response = await server.GetAsync(path);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("application/xml", response.Content.Headers.ContentType!.MediaType);
        return XElement.Parse(text);
    }

    private static async Task ExpectErrorAsync(HttpResponseMessage response, int status, string code)
    {
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == status, text);
            XElement error = XElement.Parse(text);
            Assert.Equal(code, error.Element("Code")!.Value);
            Assert.Equal(error.Element("RequestId")!.Value, Assert.Single(response.Headers.GetValues("x-amz-request-id")));
            Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        }
    }
}
