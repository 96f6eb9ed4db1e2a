using System.Net.Sockets;
using System.Text;
using ZarrFs.Core.Cache;

namespace ZarrFs.Tests.Http;

public sealed class TransportTests
{
    [Theory]
    [InlineData("HTTP/1.0", "")]
    [InlineData("HTTP/1.1", "Connection: close\r\n")]
    public async Task The_last_response_is_whole_before_the_connection_closes(string version, string header)
    {
        await using TestServer server = await TestServer.StartAsync();
        byte[] answer = await server.ExchangeAsync($"GET /vol.zarr/0/100 {version}\r\nHost: a\r\n{header}\r\n");
        (string head, int start) = Head(answer, 0);
        Assert.StartsWith("HTTP/1.1 200", head);
        Assert.Equal(FakeChunks.Expected(100, TestServer.LargeChunk), answer[start..]);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using TestServer server = await TestServer.StartAsync();
        int[] wanted = [1, 100, 2, 101, 3, 100];
        StringBuilder requests = new();
        foreach (int x in wanted) requests.Append($"GET /vol.zarr/0/{x} HTTP/1.1\r\nHost: a\r\n\r\n");
        requests.Append("GET /vol.zarr/.zattrs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        byte[] answer = await server.ExchangeAsync(requests.ToString());
        int position = 0;
        foreach (int x in wanted)
        {
            byte[] expected = FakeChunks.Expected(x, x < 100 ? TestServer.SmallChunk : TestServer.LargeChunk);
            (_, int start) = Head(answer, position);
            Assert.True(answer.AsSpan(start, expected.Length).SequenceEqual(expected), $"chunk {x} differs");
            position = start + expected.Length;
        }

        (_, int last) = Head(answer, position);
        Assert.Equal(TestServer.Document, Encoding.UTF8.GetString(answer, last, answer.Length - last));
        await server.AssertNoLeaseIsOutAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Aborted_downloads_leave_no_lease(bool reset)
    {
        await using TestServer server = await TestServer.StartAsync();
        for (int i = 0; i < 40; i++)
        {
            using Socket socket = await server.ConnectAsync(receiveBuffer: 4096);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /vol.zarr/0/{100 + (i % 20)} HTTP/1.1\r\nHost: a\r\n\r\n"));
            await socket.ReceiveAsync(new byte[1 + (i * 500)]);
            if (reset) socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        await server.AssertNoLeaseIsOutAsync();
        Assert.Equal(TestServer.LargeChunk, (await server.Client.GetByteArrayAsync("/vol.zarr/0/100")).Length);
    }

    [Fact]
    public async Task Sixteen_clients_get_the_right_bytes_of_random_ranges()
    {
        await using TestServer server = await TestServer.StartAsync();
        byte[][] expected = [.. Enumerable.Range(100, 8).Select(x => FakeChunks.Expected(x, TestServer.LargeChunk))];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(async () =>
        {
            Random random = new(client);
            for (int i = 0; i < 25; i++)
            {
                int x = random.Next(8);
                int start = random.Next(TestServer.LargeChunk);
                int length = i % 3 == 0 ? random.Next(1, 100) : random.Next(1, TestServer.LargeChunk - start + 1);
                length = Math.Min(length, TestServer.LargeChunk - start);
                using HttpResponseMessage response = await server.GetAsync($"/vol.zarr/0/{100 + x}", ("Range", $"bytes={start}-{start + length - 1}"));
                byte[] got = await response.Content.ReadAsByteArrayAsync();
                Assert.True(got.AsSpan().SequenceEqual(expected[x].AsSpan(start, length)), $"bytes {start}+{length} of chunk {x} differ");
            }
        })));
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task A_slow_reader_gets_its_bytes_though_the_chunk_is_evicted_and_its_memory_used_again()
    {
        await using TestServer server = await TestServer.StartAsync(new Host.Http.HttpOptions { SlowestClient = 1 }, budget: 64 << 20);
        byte[] expected = FakeChunks.Expected(100, TestServer.LargeChunk);
        using Socket socket = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /vol.zarr/0/100 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        byte[] received = new byte[TestServer.LargeChunk + 2048];
        int count = await socket.ReceiveAsync(received.AsMemory(0, 1000));
        int scribbled = 0;
        while (true)
        {
            server.Chunks.Evict(100);
            List<ChunkBuffer> free = [];
            while (free.Count < 15 && server.Pool.TryRent(TestServer.LargeChunk) is { } buffer)
            {
                buffer.Span.Fill(0xEE);
                free.Add(buffer);
                scribbled++;
            }

            free.ForEach(buffer => buffer.Release());
            int more = await socket.ReceiveAsync(received.AsMemory(count, Math.Min(300_000, received.Length - count)));
            if (more == 0) break;
            count += more;
        }

        (_, int start) = Head(received, 0);
        Assert.True(scribbled > 15);
        Assert.Equal(TestServer.LargeChunk, count - start);
        Assert.True(received.AsSpan(start, TestServer.LargeChunk).SequenceEqual(expected), "bytes of another chunk were sent");
        await server.AssertNoLeaseIsOutAsync();
    }

    private static (string Head, int BodyStart) Head(byte[] answer, int from)
    {
        int end = answer.AsSpan(from).IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, "there is no response head");
        return (Encoding.ASCII.GetString(answer, from, end), from + end + 4);
    }
}
