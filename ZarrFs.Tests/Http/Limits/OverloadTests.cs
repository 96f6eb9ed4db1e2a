using System.Net;
using System.Net.Sockets;
using System.Text;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Tests.Http.Access;

namespace ZarrFs.Tests.Http.Limits;

public sealed class OverloadTests
{
    [Fact]
    public async Task Too_much_at_once_is_503_what_is_there_is_given_and_it_recovers_at_once()
    {
        await using TestServer server = await TestServer.StartAsync(new HttpOptions { MostWaiting = 8, Limits = new LimitOptions { Making = 4 } });
        Assert.Equal(TestServer.SmallChunk, (await server.Client.GetByteArrayAsync("/vol.zarr/0/5")).Length);
        server.Chunks.Stuck.Add(3);
        using CancellationTokenSource patience = new();
        List<Task<HttpResponseMessage>> stuck = [.. Enumerable.Range(0, 9).Select(_ => server.Client.GetAsync("/vol.zarr/0/3", patience.Token))];
        Task<HttpResponseMessage> ninth = await Task.WhenAny(stuck); // whichever comes last
        stuck.Remove(ninth);
        using HttpResponseMessage refused = await ninth;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(1, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Contains("ok", await server.Client.GetStringAsync("/healthz"), StringComparison.Ordinal);
        Assert.Equal(TestServer.SmallChunk, (await server.Client.GetByteArrayAsync("/vol.zarr/0/5")).Length);

        // Half of the turns are for others, and a place in line too.
        await TestServer.EventuallyAsync(() => server.Chunks.Waiting == 2, $"{server.Chunks.Waiting} chunks are being made for one client");
        Assert.Contains("200 OK", await GetFromAsync(server, "127.0.0.2", "/vol.zarr/0/6"), StringComparison.Ordinal);

        await patience.CancelAsync();
        int displaced = 0;
        foreach (Task<HttpResponseMessage> task in stuck)
        {
            try
            {
                using HttpResponseMessage response = await task;
                Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
                displaced++;
            }
            catch (OperationCanceledException)
            {
                // It still waited.
            }
        }

        Assert.InRange(displaced, 0, 1); // the one that had to make place, if it was told so in time
        using HttpResponseMessage again = await FirstAsync(server, HttpStatusCode.OK, "/vol.zarr/0/4");
        Assert.Equal(FakeChunks.Expected(4, TestServer.SmallChunk), await again.Content.ReadAsByteArrayAsync());
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task More_requests_a_second_than_allowed_are_429_but_for_who_asks_whether_it_lives()
    {
        await using TestServer server = await TestServer.StartAsync(new HttpOptions { Limits = new LimitOptions { RequestsPerSecond = 1 } });
        using HttpResponseMessage refused = await FirstAsync(server, HttpStatusCode.TooManyRequests, "/vol.zarr/.zattrs");
        Assert.Equal(1, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Equal("*", Assert.Single(refused.Headers.GetValues("Access-Control-Allow-Origin")));
        for (int i = 0; i < 5; i++) Assert.Contains("ok", await server.Client.GetStringAsync("/healthz"), StringComparison.Ordinal);
        Assert.Contains("200 OK", await GetFromAsync(server, "127.0.0.2", "/vol.zarr/.zattrs"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pause_gives_requests_back_and_this_machine_has_as_many_as_it_likes()
    {
        ManualTime time = new();
        ClientShares shares = new(new LimitOptions(), time);
        ClientShare far = shares.TryConnect(IPAddress.Parse("192.0.2.1"))!;
        int taken = 0;
        while (taken < 100_000 && far.TryRequest()) taken++;
        Assert.InRange(taken, 10_000, 99_999);
        ClientShare near = shares.TryConnect(IPAddress.Loopback)!;
        for (int i = 0; i < 100_000; i++) Assert.True(near.TryRequest());

        // Who comes again has not been forgotten.
        shares.Disconnect(far);
        shares.Disconnect(near);
        Assert.Equal(1, shares.Count);
        Assert.Same(far, shares.TryConnect(IPAddress.Parse("192.0.2.1")));
        Assert.False(far.TryRequest());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(far.TryRequest());
        time.Advance(TimeSpan.FromSeconds(3));
        shares.Disconnect(far);
        Assert.Equal(0, shares.Count);
    }

    [Fact]
    public void Another_machine_has_a_small_part_of_the_connections_and_this_one_nearly_all()
    {
        ClientShares shares = new(new LimitOptions());
        Assert.Equal(256, CountOf("192.0.2.1"));
        Assert.Equal(256, CountOf("2001:db8::1"));
        Assert.Equal(0, CountOf("2001:db8::2")); // the same /64
        Assert.Equal(3584, CountOf("127.0.0.1"));

        int CountOf(string address)
        {
            int count = 0;
            while (count < 10_000 && shares.TryConnect(IPAddress.Parse(address)) is not null) count++;
            return count;
        }
    }

    [Fact]
    public void The_table_of_addresses_stays_bounded()
    {
        ClientShares shares = new(new LimitOptions { RequestsPerSecond = 1 });
        for (int i = 0; i < 50_000; i++)
        {
            ClientShare share = shares.TryConnect(new IPAddress(i + 0x0A00_0000L))!;
            share.TryRequest();
            shares.Disconnect(share);
        }

        Assert.InRange(shares.Count, 1, 4096);
    }

    [Fact]
    public async Task One_address_cannot_have_all_connections()
    {
        await using TestServer server = await TestServer.StartAsync(new HttpOptions { Limits = new LimitOptions { Connections = 16 } });
        List<Socket> all = [];
        try
        {
            for (int i = 0; i < 14; i++)
            {
                all.Add(await server.ConnectAsync());
                Assert.Contains("200 OK", await AskAsync(all[^1], "/healthz"), StringComparison.Ordinal);
            }

            Assert.Equal("", await GetFromAsync(server, "127.0.0.1", "/healthz"));
            Assert.Contains("200 OK", await GetFromAsync(server, "127.0.0.2", "/healthz"), StringComparison.Ordinal);
            all[0].Dispose();
            await TestServer.EventuallyAsync(() => GetFromAsync(server, "127.0.0.1", "/healthz").GetAwaiter().GetResult().Contains("200 OK", StringComparison.Ordinal), "a place that came free was not given");
        }
        finally
        {
            all.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public void Other_limits_hold_for_who_is_connected_and_close_nothing()
    {
        ClientShares shares = new(new LimitOptions());
        ClientShare near = shares.TryConnect(IPAddress.Loopback)!, far = shares.TryConnect(IPAddress.Parse("192.0.2.1"))!;
        Assert.True(shares.Change(new LimitOptions { Connections = 3, RequestsPerSecond = 1 }));
        Assert.False(shares.Change(new LimitOptions { Connections = 3, RequestsPerSecond = 1 }));
        foreach (ClientShare share in (ClientShare[])[near, far]) Assert.InRange(Enumerable.Range(0, 1000).Count(_ => share.TryRequest()), 1, 900);
        Assert.NotNull(shares.TryConnect(IPAddress.Parse("192.0.2.2")));
        Assert.Null(shares.TryConnect(IPAddress.Parse("192.0.2.3"))); // three are all there may be
        shares.Change(new LimitOptions { Connections = 1 });
        shares.Disconnect(far);
        Assert.Null(shares.TryConnect(IPAddress.Parse("192.0.2.1"))); // two still are more than one
        for (int i = 0; i < 100_000; i++) Assert.True(near.TryRequest());
        shares.Change(new LimitOptions());
        Assert.NotNull(shares.TryConnect(IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public async Task Other_limits_hold_for_connections_that_are_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        for (int i = 0; i < 100; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync());
        server.Change(limits: new LimitOptions { RequestsPerSecond = 1, Connections = 1 });
        int asked = 0;
        while (await AskAsync() != HttpStatusCode.TooManyRequests) Assert.True(++asked < 1000, "all are answered"); // two connections would be one too many
        Assert.Equal("", await GetFromAsync(server, "127.0.0.2", "/healthz"));
        server.Change();
        for (int i = 0; i < 100; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync());
        Assert.Contains("200 OK", await GetFromAsync(server, "127.0.0.2", "/healthz"), StringComparison.Ordinal);

        async Task<HttpStatusCode> AskAsync()
        {
            using HttpResponseMessage answer = await server.GetAsync("/vol.zarr/.zattrs");
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Pages_are_shown_in_no_frame_and_tell_nobody_their_address()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage page = await server.GetAsync("/vol.zarr/", ("Accept", "text/html"));
        Assert.Equal("DENY", Assert.Single(page.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("no-referrer", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        using HttpResponseMessage chunk = await server.GetAsync("/vol.zarr/0/1");
        Assert.Equal("cross-origin", Assert.Single(chunk.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.False(chunk.Headers.Contains("X-Frame-Options"));
    }

    private static async Task<HttpResponseMessage> FirstAsync(TestServer server, HttpStatusCode status, string path)
    {
        long deadline = Environment.TickCount64 + 120_000; // only a test that has failed ever asks for so long
        while (true)
        {
            server.Chunks.Evict(4); // what is there is given whatever else is going on
            HttpResponseMessage response = await server.Client.GetAsync(path);
            if (response.StatusCode == status) return response;
            response.Dispose();
            Assert.True(Environment.TickCount64 < deadline, $"{path} was never answered with {status}");
        }
    }

    private static async Task<string> GetFromAsync(TestServer server, string address, string path)
    {
        try
        {
            using Socket socket = await server.ConnectAsync(from: address);
            return await AskAsync(socket, path);
        }
        catch (SocketException)
        {
            return ""; // closed before it was seen to be open
        }
    }

    /// <summary>The beginning of the answer; empty if the connection is closed.</summary>
    private static async Task<string> AskAsync(Socket socket, string path)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
            byte[] answer = new byte[200];
            return Encoding.Latin1.GetString(answer, 0, await socket.ReceiveAsync(answer));
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
