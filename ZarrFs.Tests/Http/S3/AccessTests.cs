using System.Collections.Frozen;
using System.Net;
using System.Xml.Linq;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.S3;
using ZarrFs.Tests.Http.Access;

namespace ZarrFs.Tests.Http.S3;

/// <summary>Who gets what out of the bucket, and out of WebDAV, where there are rules; two volumes, <c>vol</c> and <c>other</c>.</summary>
public sealed class AccessTests : IDisposable
{
    private const string Secret = "a secret";

    private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs s3 ").FullName;
    private readonly ManualTime _time = new();
    private readonly RecordedLog _log = new();

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _log.Dispose();
    }

    [Fact]
    public async Task Who_has_signed_sees_what_his_key_opens()
    {
        Add("AKONE", "vol");
        Add("AKALL");
        await using TestServer server = await StartAsync();
        Assert.Equal(["vol.zarr/"], await PrefixesAsync(await SignedAsync(server, "/s3/zarrfs?delimiter=%2F&list-type=2", "AKONE")));
        Assert.Equal(["other.zarr/", "vol.zarr/"], await PrefixesAsync(await SignedAsync(server, "/s3/zarrfs?delimiter=%2F&list-type=2", "AKALL")));
        using HttpResponseMessage own = await SignedAsync(server, "/s3/zarrfs/vol.zarr/0/7", "AKONE");
        Assert.Equal(FakeChunks.Expected(7, TestServer.SmallChunk), await own.Content.ReadAsByteArrayAsync());
        await ExpectAsync(await SignedAsync(server, "/s3/zarrfs/other.zarr/.zattrs", "AKONE"), 404, "NoSuchKey");
        using HttpResponseMessage others = await SignedAsync(server, "/s3/zarrfs/other.zarr/.zattrs", "AKALL");
        Assert.Equal(HttpStatusCode.OK, others.StatusCode);
    }

    [Fact]
    public async Task Who_has_not_signed_or_wrongly_learns_nothing()
    {
        Add("AKONE", "vol");
        await using TestServer server = await StartAsync();
        foreach (string path in (string[])["/s3", "/s3/zarrfs", "/s3/none", "/s3/zarrfs/vol.zarr/.zattrs", "/s3/zarrfs/none", "/s3/?list-type=2&prefix=zarrfs%2F"])
        {
            await ExpectAsync(await server.GetAsync(path), 403, "AccessDenied");
            await ExpectAsync(await SignedAsync(server, path.Split('?')[0], "AKONE", "another secret", ahead: TimeSpan.FromHours(1)), 403, "RequestTimeTooSkewed");
        }

        await ExpectAsync(await SignedAsync(server, "/s3/zarrfs", "AKNONE"), 403, "InvalidAccessKeyId");
        await ExpectAsync(await SignedAsync(server, "/s3/zarrfs", "AKONE", "another secret"), 403, "SignatureDoesNotMatch");
        Assert.Contains(_log.Lines, line => line.Contains("127.0.0.1 was refused: SignatureDoesNotMatch", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));

        // A signature is for this door alone.
        using HttpResponseMessage elsewhere = await SignedAsync(server, "/vol.zarr/.zattrs", "AKONE");
        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);
        Assert.Equal(0, server.Chunks.Made);
    }

    [Fact]
    public async Task The_door_s_own_path_may_be_left_out_of_what_is_signed()
    {
        Add("AKONE", "vol");
        await using TestServer server = await StartAsync();
        string host = new Uri(server.Address).Authority;
        using HttpResponseMessage response = await server.GetAsync("/s3/zarrfs/vol.zarr/.zattrs", RequestSigner.Sign("/zarrfs/vol.zarr/.zattrs", host, _time.GetUtcNow(), "AKONE", Secret));
        Assert.Equal(TestServer.Document, await response.Content.ReadAsStringAsync());
        await ExpectAsync(await server.GetAsync("/s3/zarrfs/vol.zarr/.zattrs", RequestSigner.Sign("/vol.zarr/.zattrs", host, _time.GetUtcNow(), "AKONE", Secret)), 403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task Wrong_signatures_are_slowed_and_a_right_one_is_not()
    {
        Add("AKONE", "vol");
        await using TestServer server = await StartAsync();
        List<string> codes = [];
        for (int i = 0; i < 30; i++)
        {
            Task<HttpResponseMessage> guess = SignedAsync(server, "/s3/zarrfs", "AKONE", $"guess {i}");
            while (!guess.IsCompleted)
            {
                if (_time.Waiting > 0) _time.Advance(_time.LongestWait);
                await Task.Delay(1);
            }

            codes.Add(XElement.Parse(await (await guess).Content.ReadAsStringAsync()).Element("Code")!.Value);
        }

        Assert.Equal("SignatureDoesNotMatch", codes[0]);
        Assert.Equal("SlowDown", codes[^1]);
        using HttpResponseMessage right = await SignedAsync(server, "/s3/zarrfs", "AKONE");
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task A_token_opens_both_doors_too()
    {
        Token token = Add("AKONE", "vol");
        await using TestServer server = await StartAsync();
        Assert.Equal(["vol.zarr/"], await PrefixesAsync(await server.GetAsync($"/t/{token.Text}/s3/zarrfs?list-type=2&delimiter=/")));
        Assert.Equal(["vol.zarr/"], await PrefixesAsync(await server.GetAsync("/s3/zarrfs?list-type=2&delimiter=/", ("Authorization", $"Bearer {token.Text}"))));

        // Windows takes the slash off.
        foreach (string root in (string[])[$"/t/{token.Text}", $"/t/{token.Text}/"])
        {
            using HttpResponseMessage found = await server.SendAsync(new HttpMethod("PROPFIND"), root, ("Depth", "1"));
            XNamespace d = "DAV:";
            Assert.Equal(
                [$"/t/{token.Text}/", $"/t/{token.Text}/vol.zarr/"], XElement.Parse(await found.Content.ReadAsStringAsync()).Descendants(d + "href").Select(href => href.Value));
        }

        using HttpResponseMessage hidden = await server.SendAsync(new HttpMethod("PROPFIND"), $"/t/{token.Text}/other.zarr/", ("Depth", "1"));
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        using HttpResponseMessage unknown = await server.SendAsync(new HttpMethod("PROPFIND"), "/", ("Depth", "1"));
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_read_names_no_directory_and_what_is_gone_is_no_key()
    {
        Add("AKONE", "vol");
        await using TestServer server = await StartAsync();
        server.Chunks.Failures[3] = new SourceException("/data/anna/00003.tif", "/data/anna/00003.tif has 3 bytes where 8 are needed");
        server.Chunks.Failures[4] = new NotShownException("/data/anna");
        using HttpResponseMessage failed = await SignedAsync(server, "/s3/zarrfs/vol.zarr/0/3", "AKONE");
        string text = await failed.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        Assert.Contains("00003.tif", text, StringComparison.Ordinal);
        Assert.DoesNotContain("/data", text, StringComparison.Ordinal);
        await ExpectAsync(await SignedAsync(server, "/s3/zarrfs/vol.zarr/0/4", "AKONE"), 404, "NoSuchKey");
    }

    private static async Task<string[]> PrefixesAsync(HttpResponseMessage response)
    {
        using (response)
        {
            XNamespace s3 = S3Documents.Namespace;
            return [.. XElement.Parse(await response.Content.ReadAsStringAsync()).Elements(s3 + "CommonPrefixes").Select(prefix => prefix.Value)];
        }
    }

    private static async Task ExpectAsync(HttpResponseMessage response, int status, string code)
    {
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == status, text);
            Assert.Equal(code, XElement.Parse(text).Element("Code")!.Value);
            Assert.DoesNotContain("vol", text, StringComparison.Ordinal);
        }
    }

    private async Task<HttpResponseMessage> SignedAsync(TestServer server, string target, string accessKey, string secret = Secret, TimeSpan ahead = default) =>
        await server.GetAsync(target, RequestSigner.Sign(target, new Uri(server.Address).Authority, _time.GetUtcNow() + ahead, accessKey, secret));

    private Token Add(string accessKey, params string[] volumes)
    {
        var token = Token.Make();
        TokenFile.Change(Path.Combine(_directory, "tokens.json"), entries =>
        [
            .. entries,
            new TokenEntry(
                token.Id, token.Sum, volumes.Length == 0 ? null : volumes.ToFrozenSet(StringComparer.Ordinal), _time.GetUtcNow(), null, "", null, new AccessKey(accessKey, Secret)),
        ]);
        return token;
    }

    private async Task<TestServer> StartAsync()
    {
        TestServer server = await TestServer.StartAsync(
            new HttpOptions { Access = new AccessOptions { TokenFile = Path.Combine(_directory, "tokens.json") } }, logs: _log, time: _time, volumes: ["vol", "other"]);
        server.Tree.AddDirectory("other.zarr");
        server.Tree.AddDocument("other.zarr/.zattrs", TestServer.Document);
        return server;
    }
}
