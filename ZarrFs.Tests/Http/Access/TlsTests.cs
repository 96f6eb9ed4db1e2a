using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Http.Access;

/// <summary>Bytes over TLS, on real sockets: nothing is sent as it lies in memory.</summary>
public sealed class TlsTests : IDisposable
{
    // Nobody is cut off, nor told to come later, because the machine is busy.
    private static readonly HttpOptions SelfSigned = new() { Tls = new TlsOptions(null, null), SlowestClient = 1, Patience = TimeSpan.FromMinutes(2) };

    private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs https ").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Chunks_from_memory_from_files_and_ranges_of_them_are_right(int version)
    {
        await using TestServer server = await TestServer.StartAsync(SelfSigned);
        Assert.StartsWith("https://127.0.0.1:", server.Address);
        byte[][] expected = [.. Enumerable.Range(100, 8).Select(x => FakeChunks.Expected(x, TestServer.LargeChunk))];
        for (int x = 104; x < 108; x++) File.WriteAllBytes(server.Chunks.Files[x] = Path.Combine(_directory, $"{x}"), expected[x - 100]);
        using HttpClient client = Client(server, version);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(async () =>
        {
            Random random = new(worker);
            for (int i = 0; i < 12; i++)
            {
                int x = random.Next(8), start = i % 4 == 0 ? 0 : random.Next(TestServer.LargeChunk);
                int length = i % 4 == 0 ? TestServer.LargeChunk : Math.Min(TestServer.LargeChunk - start, i % 3 == 0 ? random.Next(1, 100) : random.Next(1, TestServer.LargeChunk));
                using HttpRequestMessage request = new(HttpMethod.Get, $"/vol.zarr/0/{100 + x}") { Version = client.DefaultRequestVersion, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                if (i % 4 != 0) request.Headers.Add("Range", $"bytes={start}-{start + length - 1}");
                using HttpResponseMessage response = await client.SendAsync(request);
                byte[] got = await response.Content.ReadAsByteArrayAsync();
                Assert.Equal(version, response.Version.Major);
                Assert.Equal(i % 4 == 0 ? HttpStatusCode.OK : HttpStatusCode.PartialContent, response.StatusCode);
                Assert.True(got.AsSpan().SequenceEqual(expected[x].AsSpan(start, length)), $"bytes {start}+{length} of chunk {x} differ");
            }
        })));
        Assert.Equal(TestServer.Document, await client.GetStringAsync("/vol.zarr/.zattrs"));
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task Whoever_goes_away_leaves_no_lease()
    {
        await using TestServer server = await TestServer.StartAsync(SelfSigned);
        for (int i = 0; i < 20; i++)
        {
            using Socket socket = await server.ConnectAsync(receiveBuffer: 4096);
            await using SslStream stream = await HandshakeAsync(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /vol.zarr/0/{100 + i} HTTP/1.1\r\nHost: a\r\n\r\n"));
            await stream.ReadExactlyAsync(new byte[1 + (i * 500)]);
        }

        await server.AssertNoLeaseIsOutAsync();
        Assert.Equal(TestServer.LargeChunk, (await server.Client.GetByteArrayAsync("/vol.zarr/0/100")).Length);
    }

    [Fact]
    public async Task Who_is_slow_holds_nothing_and_gets_the_right_bytes()
    {
        await using TestServer server = await TestServer.StartAsync(SelfSigned);
        using Socket socket = await server.ConnectAsync(receiveBuffer: 4096);
        await using SslStream stream = await HandshakeAsync(socket);
        await stream.WriteAsync("GET /vol.zarr/0/100 HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await TestServer.EventuallyAsync(() => server.Chunks.Made == 1, "the chunk was not asked for");
        await server.AssertNoLeaseIsOutAsync();
        byte[] received = new byte[TestServer.LargeChunk + 4096];
        int body = 0, count = 0;
        while (body == 0 || count < body + TestServer.LargeChunk)
        {
            int more = await stream.ReadAsync(received.AsMemory(count));
            Assert.True(more > 0, "the connection was broken");
            count += more;
            if (body == 0 && received.AsSpan(0, count).IndexOf("\r\n\r\n"u8) is >= 0 and int end) body = end + 4;
        }

        Assert.True(received.AsSpan(body, count - body).SequenceEqual(FakeChunks.Expected(100, TestServer.LargeChunk)), "bytes differ");
        Assert.InRange(server.Chunks.Made, 2, int.MaxValue); // once more for each thread that was held up for so long that it seemed to wait for the client
    }

    [Fact]
    public async Task Others_vouch_for_a_certificate_from_files()
    {
        string certificate = Path.Combine(_directory, "cert.pem"), key = Path.Combine(_directory, "key.pem");
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 root = TestCertificate.WriteChain(certificate, key, now.AddDays(-1), now.AddDays(90));
        await using TestServer server = await TestServer.StartAsync(new HttpOptions { Tls = new TlsOptions(certificate, key) });

        // Who knows the root and nothing else: the one in between is sent.
        using HttpClient client = new(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck },
            },
        });
        Assert.Equal(TestServer.Document, await client.GetStringAsync(new Uri($"{server.Address}/vol.zarr/.zattrs")));
    }

    [Theory]
    [InlineData("-tls1", false)]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    public async Task Only_TLS_from_1_2_on_is_spoken(string version, bool isSpoken)
    {
        await using TestServer server = await TestServer.StartAsync(SelfSigned);
        Tool openssl = Tool.Run("openssl", ["s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", new Uri(server.Address).Authority]);
        if (isSpoken) openssl.Expect();
        else Assert.Contains("alert protocol version", openssl.Error); // the server's word, not the client's
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Properties_are_told_with_and_without_a_body(int version)
    {
        await using TestServer server = await TestServer.StartAsync(SelfSigned);
        using HttpClient client = Client(server, version);
        foreach (string? body in (string?[])[null, "<propfind xmlns='DAV:'><prop><getetag/></prop></propfind>"])
        {
            using HttpRequestMessage request = new(new HttpMethod("PROPFIND"), "/vol.zarr/.zattrs") { Version = client.DefaultRequestVersion, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Add("Depth", "0");
            if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/xml");
            using HttpResponseMessage response = await client.SendAsync(request);
            Assert.Equal((HttpStatusCode.MultiStatus, version), (response.StatusCode, response.Version.Major));
            Assert.Contains("getetag>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_connection_has_no_more_streams_than_may_wait_with_something_in_memory()
    {
        await using TestServer server = await TestServer.StartAsync(SelfSigned);
        using Socket socket = await server.ConnectAsync();
        await using SslStream stream = new(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] });
        await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
        byte[] frame = new byte[9];
        await stream.ReadExactlyAsync(frame);
        Assert.Equal(4, frame[3]); // its settings
        byte[] settings = new byte[frame[2]];
        await stream.ReadExactlyAsync(settings);
        Assert.Contains(settings.Chunk(6), setting => setting is [0, 3, 0, 0, 0, 32]); // RFC 9113 section 6.5.2: SETTINGS_MAX_CONCURRENT_STREAMS
    }

    [Fact]
    public async Task Who_speaks_plainly_gets_nothing()
    {
        await using TestServer server = await TestServer.StartAsync(SelfSigned);
        byte[] answer = await server.ExchangeAsync("GET /vol.zarr/.zattrs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.DoesNotContain("zarr_format", Encoding.Latin1.GetString(answer));
        Assert.Equal(TestServer.Document, await server.Client.GetStringAsync("/vol.zarr/.zattrs"));
    }

    private static async Task<SslStream> HandshakeAsync(Socket socket)
    {
        SslStream stream = new(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13 });
        return stream;
    }

    private static HttpClient Client(TestServer server, int version) =>
        new(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } })
        {
            BaseAddress = new Uri(server.Address),
            DefaultRequestVersion = new Version(version, version == 1 ? 1 : 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
}
