using System.Net;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Dav;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Tree;

namespace ZarrFs.Tests.Http.Dav;

/// <summary>What PROPFIND and OPTIONS say of files and directories, as RFC 4918 has it.</summary>
public sealed class PropfindTests
{
    private const string Chunk = "/vol.zarr/0/7";

    private static readonly XNamespace D = "DAV:";

    [Theory]
    [InlineData("/")]
    [InlineData("/vol.zarr/0/7")]
    [InlineData("/not/there")]
    public async Task Options_say_what_the_server_is(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.SendAsync(HttpMethod.Options, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("1", Assert.Single(response.Headers.GetValues("DAV")));
        Assert.Equal("DAV", Assert.Single(response.Headers.GetValues("MS-Author-Via")));
        Assert.Equal(["OPTIONS", "GET", "HEAD", "PROPFIND"], response.Content.Headers.Allow);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("MKCOL")]
    [InlineData("COPY")]
    [InlineData("MOVE")]
    [InlineData("PROPPATCH")]
    [InlineData("LOCK")]
    [InlineData("UNLOCK")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task What_writes_is_refused(string method)
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (string path in (string[])["/", "/vol.zarr/0/7", "/vol.zarr/new/"])
        {
            using HttpResponseMessage response = await server.SendAsync(new HttpMethod(method), path, ("Destination", "/vol.zarr/0/8"), ("Depth", "infinity"));
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.Equal(["OPTIONS", "GET", "HEAD", "PROPFIND"], response.Content.Headers.Allow);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<propfind xmlns='DAV:'><allprop/></propfind>")]
    [InlineData("<?xml version='1.0' encoding='utf-8'?><D:propfind xmlns:D='DAV:'><D:allprop/><D:include><D:supported-live-property-set/></D:include></D:propfind>")]
    public async Task A_file_has_the_properties_that_GET_has(string body)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage head = await server.SendAsync(HttpMethod.Head, Chunk);
        XElement response = Assert.Single(await FindAsync(server, Chunk, "1", body));
        Assert.Equal(Chunk, response.Element(D + "href")!.Value);
        XElement properties = Properties(response, 200);
        Assert.Equal("7", properties.Element(D + "displayname")!.Value);
        Assert.Equal("1000", properties.Element(D + "getcontentlength")!.Value);
        Assert.Equal(head.Headers.ETag!.Tag, properties.Element(D + "getetag")!.Value);
        Assert.Equal("application/octet-stream", properties.Element(D + "getcontenttype")!.Value);
        Assert.Equal("Mon, 06 May 2024 07:08:09 GMT", properties.Element(D + "getlastmodified")!.Value);
        Assert.Equal("2024-05-06T07:08:09Z", properties.Element(D + "creationdate")!.Value);
        Assert.Empty(properties.Element(D + "resourcetype")!.Nodes());
        Assert.Empty(properties.Element(D + "supportedlock")!.Nodes());
        Assert.Equal(8, properties.Elements().Count());
        Assert.Equal(0, server.Chunks.Made);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_chunk_that_is_a_preview_or_has_changed_has_the_tag_that_GET_has(bool isPreview)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Chunks.Revision = 3;
        if (isPreview) server.Chunks.SaidProvisional.Add(7);
        using HttpResponseMessage head = await server.SendAsync(HttpMethod.Head, Chunk);
        XElement response = Assert.Single(await FindAsync(server, Chunk, "0", ""));
        Assert.Equal(isPreview ? "\"tag-14-r3-p\"" : "\"tag-14-r3\"", Properties(response, 200).Element(D + "getetag")!.Value);
        Assert.Equal(head.Headers.ETag!.Tag, Properties(response, 200).Element(D + "getetag")!.Value);
    }

    [Theory]
    [InlineData("/vol.zarr/0")]
    [InlineData("/vol.zarr/0/")]
    public async Task A_directory_is_told_with_its_slash_however_it_is_asked_for(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        XElement[] responses = await FindAsync(server, path, "1", "");
        XElement self = responses[0];
        Assert.Equal("/vol.zarr/0/", self.Element(D + "href")!.Value);
        Assert.NotNull(Properties(self, 200).Element(D + "resourcetype")!.Element(D + "collection"));
        Assert.Null(Properties(self, 200).Element(D + "getcontentlength"));
        Assert.Null(Properties(self, 200).Element(D + "getetag"));
        Assert.Equal(2 + 20 + 20, responses.Length - 1);
        Assert.Contains("/vol.zarr/0/a%20b%26%3C%C3%A9%3E%25.json", responses.Select(response => response.Element(D + "href")!.Value));
        Assert.Contains(TestServer.OddName, responses.Select(response => Properties(response, 200).Element(D + "displayname")!.Value));
        Assert.Equal(responses.Length, responses.Select(response => response.Element(D + "href")!.Value).Distinct().Count());
        Assert.Single(await FindAsync(server, path, "0", ""));
        Assert.Equal(0, server.Chunks.Made);
    }

    [Fact]
    public async Task The_root_has_the_volumes()
    {
        await using TestServer server = await TestServer.StartAsync();
        Assert.Equal(["/", "/vol.zarr/"], (await FindAsync(server, "/", "1", "")).Select(response => response.Element(D + "href")!.Value));
    }

    [Fact]
    public async Task Properties_that_are_named_are_told_and_those_that_are_not_there_too()
    {
        await using TestServer server = await TestServer.StartAsync();
        XElement response = Assert.Single(await FindAsync(
            server, "/vol.zarr/0", "0",
            "<D:propfind xmlns:D='DAV:' xmlns:z='urn:z'><D:prop><D:getcontentlength/><D:resourcetype/><D:quota-used-bytes/><z:getetag/><none xmlns=''/></D:prop></D:propfind>"));
        Assert.Equal([D + "resourcetype"], Properties(response, 200).Elements().Select(element => element.Name));
        Assert.Equal(
            [D + "getcontentlength", D + "quota-used-bytes", XName.Get("getetag", "urn:z"), "none"], Properties(response, 404).Elements().Select(element => element.Name));

        XElement names = Properties(Assert.Single(await FindAsync(server, Chunk, "0", "<propfind xmlns='DAV:'><propname/></propfind>")), 200);
        Assert.Equal(8, names.Elements().Count());
        Assert.All(names.Elements(), element => Assert.Empty(element.Nodes()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("infinity")]
    [InlineData("2")]
    public async Task A_whole_tree_at_once_is_refused(string? depth)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await SendAsync(server, "/", depth, "");
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        XElement error = XElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(D + "error", error.Name);
        Assert.NotNull(error.Element(D + "propfind-finite-depth"));
    }

    [Theory]
    [InlineData("/.DS_Store")]
    [InlineData("/vol.zarr/._0")]
    [InlineData("/vol.zarr/0/7/")]
    [InlineData("/vol.zarr/0/99")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await SendAsync(server, path, "0", "");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    public static TheoryData<string, string> BadBodies => new()
    {
        { "no XML", "hello" },
        { "cut off", "<propfind xmlns='DAV:'><prop>" },
        { "no propfind", "<lockinfo xmlns='DAV:'/>" },
        { "another namespace", "<propfind xmlns='dav'><allprop/></propfind>" },
        { "an unbound prefix", "<D:propfind xmlns:D='DAV:'><D:prop><bar:foo xmlns:bar=''/></D:prop></D:propfind>" },
        { "nothing asked", "<propfind xmlns='DAV:'><whatever/></propfind>" },
        { "two forms", "<propfind xmlns='DAV:'><allprop/><propname/></propfind>" },
        { "a DTD", "<!DOCTYPE propfind><propfind xmlns='DAV:'><allprop/></propfind>" },
        { "a billion laughs", "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><propfind xmlns='DAV:'><prop><n>&b;</n></prop></propfind>" },
        { "an external entity", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><propfind xmlns='DAV:'><prop><n>&a;</n></prop></propfind>" },
        { "an undeclared entity", "<propfind xmlns='DAV:'><prop><n>&a;</n></prop></propfind>" },
        { "deep", $"<propfind xmlns='DAV:'><prop>{string.Concat(Enumerable.Repeat("<a>", 1000))}{string.Concat(Enumerable.Repeat("</a>", 1000))}</prop></propfind>" },
        { "many names", $"<propfind xmlns='DAV:'><prop>{string.Concat(Enumerable.Repeat("<a/>", 33))}</prop></propfind>" },
        { "a long name", $"<propfind xmlns='DAV:'><prop><{new string('a', 125)}/></prop></propfind>" },
        { "not UTF-8", "<propfind xmlns='DAV:'><prop><\u00ff/></prop></propfind>" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_body_that_is_wrong_is_refused(string what, string body)
    {
        Assert.NotEmpty(what);
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await SendAsync(server, "/", "0", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("root:", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused_and_that_of_other_methods_is_not_read_at_all()
    {
        await using TestServer server = await TestServer.StartAsync();
        string start = "PROPFIND / HTTP/1.1\r\nHost: a\r\nDepth: 0\r\nConnection: close\r\n";
        string tooLong = await RawExchange.ExchangeAsync(server, $"{start}Content-Length: 65537\r\n\r\n", answers: 1);
        Assert.StartsWith("HTTP/1.1 413 ", tooLong, StringComparison.Ordinal);
        string chunked = await RawExchange.ExchangeAsync(server, $"{start}Transfer-Encoding: chunked\r\n\r\n10001\r\n{new string(' ', 0x10001)}\r\n0\r\n\r\n", answers: 1);
        Assert.StartsWith("HTTP/1.1 413 ", chunked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/vol.zarr/0/7")]
    [InlineData("/s3/zarrfs/vol.zarr/0/7")]
    public async Task A_body_that_is_not_read_ends_the_connection_and_the_answer_says_so(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        string answer = Encoding.Latin1.GetString(await server.ExchangeAsync($"PUT {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"));
        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_without_a_body_asks_for_all()
    {
        Assert.True(PropertyRequest.TryRead([], out PropertyRequest request, out _));
        Assert.Equal(PropertyRequestKind.All, request.Kind);
    }

    [Fact]
    public async Task A_directory_of_any_length_is_sent_while_it_is_written()
    {
        Multiscale huge = new(
            "huge", new Volume(new HugeSource(new VolumeShape(1, 1, 100_000)), VolumeRanges.All, null, null), new ChunkShape(1, 1, 1), 1, DownsampleMethod.Mean);
        VirtualTree tree = new([(huge, Documents.Channels(huge))]);
        Assert.True(tree.TryResolve("huge.zarr/0/0/0", out Node node));
        await using TestServer server = await TestServer.StartAsync();
        using CountingStream sent = new();
        DefaultHttpContext context = new() { Response = { Body = sent } };
        Assert.True(PropertyRequest.TryRead([], out PropertyRequest all, out _));
        using PageTurn turn = await new PageTurns(1).EnterAsync(context, null);
        await new Multistatus(new ServedContent(tree, server.Chunks, server.Pool, () => []), "/t/abc", "huge.zarr/0/0/0", node).WriteAsync(context, all, withChildren: true, turn);
        Assert.InRange(sent.Length, 100_000L * 300, 100_000L * 2000);
        Assert.InRange(sent.Longest, 1, 64 * 1024);
        Assert.Equal(0, server.Chunks.Made);
    }

    private static async Task<XElement[]> FindAsync(TestServer server, string path, string depth, string body)
    {
        using HttpResponseMessage response = await SendAsync(server, path, depth, body);
        Assert.Equal(HttpStatusCode.MultiStatus, response.StatusCode);
        Assert.Equal("application/xml", response.Content.Headers.ContentType!.MediaType);
        return [.. XElement.Parse(await response.Content.ReadAsStringAsync()).Elements(D + "response")];
    }

    private static async Task<HttpResponseMessage> SendAsync(TestServer server, string path, string? depth, string body)
    {
        using HttpRequestMessage request = new(new HttpMethod("PROPFIND"), path);
        if (depth is not null) request.Headers.Add("Depth", depth);
        if (body.Length > 0) request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        return await server.Client.SendAsync(request);
    }

    private static XElement Properties(XElement response, int status) =>
        Assert.Single(response.Elements(D + "propstat"), propstat => propstat.Element(D + "status")!.Value.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal))
            .Element(D + "prop")!;

    /// <summary>Takes everything and keeps nothing.</summary>
    private sealed class CountingStream : Stream
    {
        private long _length;

        public int Longest { get; private set; }

        public override long Length => _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            _length += count;
            Longest = Math.Max(Longest, count);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
