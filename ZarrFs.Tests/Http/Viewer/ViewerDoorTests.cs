using System.IO.Compression;
using System.Net;
using System.Text;
using ZarrFs.Host.Http.Viewer;

namespace ZarrFs.Tests.Http.Viewer;

/// <summary>The files under <c>/viewer/</c>, out of a folder that stands for the bundle.</summary>
public sealed class ViewerDoorTests : IDisposable
{
    private static readonly string Script = string.Concat(Enumerable.Repeat("const answer = 42;\n", 100));

    private readonly string _folder = Directory.CreateTempSubdirectory("zarrfs-viewer-").FullName;

    public ViewerDoorTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "viewer", "js"));
        Write("index.html", "<!DOCTYPE html><title>viewer</title>");
        Write("favicon.svg", "<svg/>");
        Write("LICENSES.txt", "Apache");
        Write("async_computation.bundle.js", "1");
        Write("js/chunk_worker.bundle.js", "2");
        Write("js/main.css", "body{}");
        Write("js/main.js", Script);
        File.WriteAllText(Path.Combine(_folder, "secret.txt"), "secret");
        foreach ((string ending, Func<Stream, Stream> pack) in ((string, Func<Stream, Stream>)[])[
            (".gz", file => new GZipStream(file, CompressionLevel.Optimal)), (".br", file => new BrotliStream(file, CompressionLevel.Optimal))])
        {
            using Stream packed = pack(File.Create(Path.Combine(_folder, "viewer", "js", "main.js" + ending)));
            packed.Write(Encoding.UTF8.GetBytes(Script));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "text/html; charset=utf-8")]
    [InlineData("index.html", "text/html; charset=utf-8")]
    [InlineData("favicon.svg", "image/svg+xml")]
    [InlineData("LICENSES.txt", "text/plain; charset=utf-8")]
    [InlineData("js/main.css", "text/css; charset=utf-8")]
    [InlineData("js/main.js", "text/javascript; charset=utf-8")]
    public async Task Each_file_has_its_type_and_headers_that_give_nothing_away(string path, string type)
    {
        await using TestServer server = await StartAsync();
        using HttpResponseMessage response = await server.GetAsync($"/viewer/{path}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.ToString());
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(_folder, "viewer", path.Length == 0 ? "index.html" : path)), await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(response, "Cross-Origin-Opener-Policy"));
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("no-cache", Header(response, "Cache-Control"));
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
    }

    /// <summary>The page and the worker that reads may reach this server only, and run no text as a script; the worker that computes may reach nobody.</summary>
    [Theory]
    [InlineData("", true, false)]
    [InlineData("js/chunk_worker.bundle.js", true, false)]
    [InlineData("async_computation.bundle.js", false, true)]
    [InlineData("favicon.svg", false, false)]
    public async Task Each_has_a_policy_of_its_own(string path, bool mayAsk, bool mayEvaluate)
    {
        await using TestServer server = await StartAsync();
        using HttpResponseMessage response = await server.GetAsync($"/viewer/{path}");
        string policy = Header(response, "Content-Security-Policy")!;
        Assert.StartsWith("default-src 'none'", policy);
        Assert.Equal(mayAsk, policy.Contains("connect-src 'self'", StringComparison.Ordinal));
        Assert.Equal(mayEvaluate, policy.Contains("'unsafe-eval'", StringComparison.Ordinal));
        Assert.DoesNotContain("*", policy);
        Assert.DoesNotContain("http", policy);
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip;q=0.5, br;q=0", "gzip")]
    [InlineData("GZIP", "gzip")]
    [InlineData("br; q=0.001", "br")]
    [InlineData("identity", null)]
    [InlineData("*", null)]
    [InlineData("gzip;q=0, br;q=nonsense", null)]
    [InlineData("xbr, brx", null)]
    [InlineData("", null)]
    public async Task The_best_coding_that_the_client_takes_is_sent(string accept, string? coding)
    {
        await using TestServer server = await StartAsync();
        using HttpResponseMessage response = await server.GetAsync("/viewer/js/main.js", ("Accept-Encoding", accept));
        Assert.Equal(coding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Stream body = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(coding switch
        {
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            _ => body,
        });
        Assert.Equal(Script, await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Who_has_a_file_already_gets_it_only_if_it_has_changed()
    {
        string tag;
        await using (TestServer server = await StartAsync())
        {
            using HttpResponseMessage first = await server.GetAsync("/viewer/js/main.js", ("Accept-Encoding", "gzip"));
            tag = first.Headers.ETag!.Tag;
            using HttpResponseMessage again = await server.GetAsync("/viewer/js/main.js", ("Accept-Encoding", "gzip"), ("If-None-Match", tag));
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync());
            using HttpResponseMessage plain = await server.GetAsync("/viewer/js/main.js", ("If-None-Match", tag));
            Assert.Equal(HttpStatusCode.OK, plain.StatusCode); // another coding is other bytes
        }

        using (Stream packed = new GZipStream(File.Create(Path.Combine(_folder, "viewer", "js", "main.js.gz")), CompressionLevel.Optimal)) packed.Write("upgraded"u8);
        await using (TestServer server = await StartAsync())
        {
            using HttpResponseMessage upgraded = await server.GetAsync("/viewer/js/main.js", ("Accept-Encoding", "gzip"), ("If-None-Match", tag));
            Assert.Equal(HttpStatusCode.OK, upgraded.StatusCode);
            Assert.NotEqual(tag, upgraded.Headers.ETag!.Tag);
        }
    }

    [Fact]
    public async Task HEAD_says_what_GET_would()
    {
        await using TestServer server = await StartAsync();
        using HttpResponseMessage response = await server.SendAsync(HttpMethod.Head, "/viewer/js/main.js", ("Accept-Encoding", "br"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new FileInfo(Path.Combine(_folder, "viewer", "js", "main.js.br")).Length, response.Content.Headers.ContentLength);
        Assert.Equal(["br"], response.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData("/viewer/../secret.txt")]
    [InlineData("/viewer/..%2fsecret.txt")]
    [InlineData("/viewer/%2e%2e/secret.txt")]
    [InlineData("/viewer/js/../../secret.txt")]
    [InlineData("/viewer//index.html")]
    [InlineData("/viewer/js")]
    [InlineData("/viewer/js/")]
    [InlineData("/viewer/index.html/")]
    [InlineData("/viewer/js/main.js.gz")]
    [InlineData("/viewer/js\\main.js")]
    [InlineData("/viewer/INDEX.HTML")]
    [InlineData("/viewerindex.html")]
    [InlineData("/viewer/etc/passwd")]
    public async Task Nothing_else_is_there(string target)
    {
        await using TestServer server = await StartAsync();
        byte[] answer = await server.ExchangeAsync($"GET {target} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        string text = Encoding.Latin1.GetString(answer);
        Assert.StartsWith("HTTP/1.1 404", text);
        Assert.DoesNotContain("secret\r\n", text);
        Assert.DoesNotContain(_folder, text);
    }

    [Fact]
    public async Task It_is_only_read()
    {
        await using TestServer server = await StartAsync();
        using HttpResponseMessage response = await server.SendAsync(HttpMethod.Put, "/viewer/index.html");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    /// <summary>Without its slash it is nothing to programs, as all directories; but people type it.</summary>
    [Theory]
    [InlineData("text/html,*/*;q=0.8", HttpStatusCode.PermanentRedirect)]
    [InlineData("*/*", HttpStatusCode.NotFound)]
    public async Task A_browser_without_the_slash_is_sent_on(string accept, HttpStatusCode status)
    {
        await using TestServer server = await StartAsync();
        using HttpResponseMessage response = await server.GetAsync("/viewer", ("Accept", accept));
        Assert.Equal(status, response.StatusCode);
        if (status == HttpStatusCode.PermanentRedirect) Assert.Equal("viewer/", response.Headers.Location!.ToString());
    }

    [Fact]
    public async Task Where_it_was_not_built_that_is_said_and_links_go_to_the_public_one()
    {
        await using TestServer server = await TestServer.StartAsync(viewer: ViewerFiles.Find(Path.Combine(_folder, "none")));
        server.Volumes.Add(TestServer.Facts());
        using HttpResponseMessage response = await server.GetAsync("/viewer/");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("install/run", await response.Content.ReadAsStringAsync());
        Assert.Contains("\"https://neuroglancer-demo.appspot.com/#!", await server.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Where_it_was_built_links_go_there_and_to_nobody_else()
    {
        await using TestServer server = await StartAsync();
        server.Volumes.Add(TestServer.Facts());
        string page = await server.Client.GetStringAsync("/");
        Assert.Contains($"\"{server.Address}/viewer/#!", page);
        Assert.DoesNotContain("appspot", page);
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(viewer: ViewerFiles.Find(Path.Combine(_folder, "viewer")));

    private void Write(string path, string content) => File.WriteAllText(Path.Combine(_folder, "viewer", path), content);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : null;
}
