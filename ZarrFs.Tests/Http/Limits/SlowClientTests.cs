using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Tests.Http.Access;

namespace ZarrFs.Tests.Http.Limits;

public sealed class SlowClientTests
{
    // Nobody is cut off, nor told to come later, because the machine is busy.
    private static readonly HttpOptions Patient = new() { SlowestClient = 1, Patience = TimeSpan.FromMinutes(2) };

    [Fact]
    public async Task Many_who_take_nothing_hold_nothing_and_a_normal_one_is_served()
    {
        // Room for two of 4 MiB.
        await using TestServer server = await TestServer.StartAsync(Patient, budget: 32 << 20);
        List<Socket> slow = [];
        for (int i = 0; i < 6; i++) slow.Add(await BeginAsync(server, 100 + i % 3));

        using (HttpResponseMessage normal = await server.GetAsync("/vol.zarr/0/105"))
        {
            Assert.Equal(HttpStatusCode.OK, normal.StatusCode);
            Assert.Equal(FakeChunks.Expected(105, TestServer.LargeChunk), await normal.Content.ReadAsByteArrayAsync());
        }

        await server.AssertNoLeaseIsOutAsync();
        slow.ForEach(static socket => socket.Dispose());
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task One_who_goes_on_gets_the_rest_though_the_chunk_had_to_be_made_anew()
    {
        await using TestServer server = await TestServer.StartAsync(Patient);
        using Socket socket = await BeginAsync(server, 100);
        await server.AssertNoLeaseIsOutAsync();
        byte[] answer = await ReceiveAsync(socket);
        Assert.Equal(FakeChunks.Expected(100, TestServer.LargeChunk), answer[^TestServer.LargeChunk..]);
        Assert.Equal(2, server.Chunks.Made);
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task A_part_is_the_right_part_after_a_pause_too()
    {
        await using TestServer server = await TestServer.StartAsync(Patient);
        using Socket socket = await BeginAsync(server, 100, "Range: bytes=1000-4000000\r\n");
        await server.AssertNoLeaseIsOutAsync();
        byte[] answer = await ReceiveAsync(socket);
        Assert.Equal(FakeChunks.Expected(100, TestServer.LargeChunk)[1000..4_000_001], answer[^3_999_001..]);
    }

    [Fact]
    public async Task What_has_changed_meanwhile_is_not_mixed_with_what_was_sent()
    {
        await using TestServer server = await TestServer.StartAsync(Patient);
        using Socket socket = await BeginAsync(server, 100);
        await server.AssertNoLeaseIsOutAsync();
        server.Chunks.Revision++;
        byte[] answer = await ReceiveAsync(socket);
        Assert.InRange(answer.Length, 1, TestServer.LargeChunk - 1);
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task What_fails_meanwhile_ends_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync(Patient);
        using Socket socket = await BeginAsync(server, 100);
        await server.AssertNoLeaseIsOutAsync();
        server.Chunks.Failures[100] = new SourceException("/data/1.tif", "it is gone");
        Assert.InRange((await ReceiveAsync(socket)).Length, 1, TestServer.LargeChunk - 1);
        await server.AssertNoLeaseIsOutAsync();
        Assert.Contains("ok", await server.Client.GetStringAsync("/healthz"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_takes_too_little_for_too_long_is_cut_off()
    {
        await using TestServer server = await TestServer.StartAsync(new HttpOptions { SlowestClient = 100 << 20 });
        using Socket socket = await BeginAsync(server, 100);
        await server.AssertNoLeaseIsOutAsync();
        await TestServer.EventuallyAsync(() => ConnectionsOf(server) == 1, "his connection stays"); // the one that asks
        Assert.InRange((await ReceiveAsync(socket)).Length, 1, TestServer.LargeChunk - 1);

        static int ConnectionsOf(TestServer server)
        {
            using JsonDocument status = JsonDocument.Parse(server.Client.GetStringAsync("/status").GetAwaiter().GetResult());
            return status.RootElement.GetProperty("service").GetProperty("connections").GetInt32();
        }
    }

    [Fact]
    public async Task The_same_holds_where_nothing_can_be_lent()
    {
        await using TestServer server = await TestServer.StartAsync(Patient with { Tls = new TlsOptions(null, null) }, budget: 32 << 20);
        List<SslStream> slow = [];
        for (int i = 0; i < 4; i++) slow.Add(await BeginSecurelyAsync(server, 100 + i));
        await server.AssertNoLeaseIsOutAsync();

        using MemoryStream received = new();
        await slow[0].CopyToAsync(received);
        Assert.Equal(FakeChunks.Expected(100, TestServer.LargeChunk), received.ToArray()[^TestServer.LargeChunk..]);
        foreach (SslStream stream in slow) await stream.DisposeAsync();
        await server.AssertNoLeaseIsOutAsync();
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("gone")]
    [InlineData("closed")]
    public async Task What_a_slow_client_does_not_get_is_no_error_of_the_program_and_no_log_has_his_token(string what)
    {
        string directory = Directory.CreateTempSubdirectory("zarrfs slow ").FullName;
        try
        {
            string tokens = Path.Combine(directory, "tokens.json");
            var token = Token.Make();
            TokenFile.Change(tokens, _ => [new TokenEntry(token.Id, token.Sum, null, DateTimeOffset.UtcNow, null, "", null, null)]);
            using RecordedLog log = new();
            await using (TestServer server = await TestServer.StartAsync(
                Patient with { Tls = new TlsOptions(null, null), Access = new AccessOptions { TokenFile = tokens } }, logs: log, volumes: ["vol"]))
            {
                await using SslStream stream = await BeginSecurelyAsync(server, 100, $"/t/{token.Text}");

                // Before it is waited for: a thread that was held up may take the chunk once more by itself, and then has it when the client goes on.
                if (what == "changed") server.Chunks.Revision++;
                if (what == "gone") server.Chunks.Failures[100] = new SourceException("/data/1.tif", "it is gone");
                await server.AssertNoLeaseIsOutAsync();
                if (what == "closed") await stream.DisposeAsync();
                else Assert.InRange(await DrainAsync(stream), 1, TestServer.LargeChunk - 1);
                await server.AssertNoLeaseIsOutAsync();
            }

            Assert.DoesNotContain(log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
            Assert.DoesNotContain(log.Lines, line => line.Contains(token.Text, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Bytes until the end, or until it is cut off.</summary>
    private static async Task<long> DrainAsync(SslStream stream)
    {
        using MemoryStream received = new();
        try
        {
            await stream.CopyToAsync(received);
        }
        catch (IOException)
        {
            // Cut off.
        }

        return received.Length;
    }

    private static async Task<SslStream> BeginSecurelyAsync(TestServer server, int x, string before = "")
    {
        Socket socket = await server.ConnectAsync(receiveBuffer: 4096);
        SslStream stream = new(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false, static (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync("localhost");
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {before}/vol.zarr/0/{x} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        await stream.ReadExactlyAsync(new byte[1]);
        return stream;
    }

    /// <summary>Asks for a chunk and, when it begins to come, takes none of it.</summary>
    private static async Task<Socket> BeginAsync(TestServer server, int x, string header = "")
    {
        Socket socket = await server.ConnectAsync(receiveBuffer: 4096);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /vol.zarr/0/{x} HTTP/1.1\r\nHost: a\r\n{header}Connection: close\r\n\r\n"));
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1], SocketFlags.Peek));
        return socket;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket)
    {
        using MemoryStream received = new();
        byte[] buffer = new byte[256 * 1024];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;) received.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            // Cut off.
        }

        return received.ToArray();
    }
}
