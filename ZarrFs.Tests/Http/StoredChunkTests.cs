using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ZarrFs.Core.Chunks;
using ZarrFs.Host.Files;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Http;

/// <summary>Chunks that are in files of the disk cache.</summary>
public sealed class StoredChunkTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs http ").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_file_is_sent_without_making_the_chunk()
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (int x in (int[])[1, 100])
        {
            byte[] expected = Keep(server, x);
            int opened = server.Chunks.Opened;
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 3; i++)
            {
                using HttpResponseMessage response = await server.GetAsync($"/vol.zarr/0/{x}");
                Assert.Equal(expected, await response.Content.ReadAsByteArrayAsync());
                Assert.NotNull(response.Content.Headers.LastModified);
            }

            string tag = (await server.SendAsync(HttpMethod.Head, $"/vol.zarr/0/{x}")).Headers.ETag!.ToString();
            using HttpResponseMessage unchanged = await server.GetAsync($"/vol.zarr/0/{x}", ("If-None-Match", tag));
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
            using HttpResponseMessage last = await server.GetAsync($"/vol.zarr/0/{x}", ("Range", "bytes=-7"), ("If-Range", tag));
            Assert.Equal(HttpStatusCode.PartialContent, last.StatusCode);
            Assert.Equal(expected[^7..], await last.Content.ReadAsByteArrayAsync());
            Assert.InRange(server.Chunks.Opened - opened, 1, 3 + (int)(Stopwatch.GetElapsedTime(start).TotalSeconds / 2)); // not each time, but after each two seconds
        }

        Assert.Equal(0, server.Chunks.Made);
        Assert.Equal(0, server.Pool.BuffersInUse);
    }

    [Fact]
    public async Task A_file_that_is_not_in_the_page_cache_is_read_from_the_disk()
    {
        await using TestServer server = await TestServer.StartAsync();
        for (int x = 100; x < 104; x++)
        {
            byte[] expected = Keep(server, x);
            if (OperatingSystem.IsLinux()) Posix.Forget(server.Chunks.Files[x]);
            Assert.Equal(expected, await server.Client.GetByteArrayAsync($"/vol.zarr/0/{x}"));
        }

        Assert.Equal(0, server.Chunks.Made);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_made_again()
    {
        await using TestServer server = await TestServer.StartAsync();
        byte[] expected = Keep(server, 100);
        File.Delete(server.Chunks.Files[100]);
        Assert.Equal(expected, await server.Client.GetByteArrayAsync("/vol.zarr/0/100"));
        Assert.Equal(1, server.Chunks.Made);
    }

    [Fact]
    public async Task A_file_that_is_cut_off_while_it_is_sent_breaks_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        byte[] expected = Keep(server, 100);
        using Socket socket = await server.ConnectAsync(receiveBuffer: 4096);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /vol.zarr/0/100 HTTP/1.1\r\nHost: a\r\n\r\n"));
        byte[] start = new byte[1000];
        int got = await socket.ReceiveAsync(start);
        Assert.Equal(0, Posix.Truncate(server.Chunks.Files[100], 3 << 20));
        using var received = new MemoryStream();
        received.Write(start, 0, got);
        await using var stream = new NetworkStream(socket);
        try
        {
            await stream.CopyToAsync(received);
        }
        catch (IOException)
        {
            // A reset is as good an end as any.
        }

        byte[] answer = received.ToArray();
        int body = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.InRange(answer.Length - body, 0, 3 << 20);
        Assert.True(answer.AsSpan(body).SequenceEqual(expected.AsSpan(0, answer.Length - body)), "other bytes than the file's were sent");
        Assert.Equal(TestServer.SmallChunk, (await server.Client.GetByteArrayAsync("/vol.zarr/0/1")).Length);
    }

    [Fact]
    public async Task Slow_clients_of_files_hold_no_memory_of_others()
    {
        await using TestServer server = await TestServer.StartAsync(new Host.Http.HttpOptions { Patience = TimeSpan.Zero, SlowestClient = 1 }, budget: 32 << 20);
        byte[][] expected = [.. Enumerable.Range(100, 10).Select(x => Keep(server, x))];
        List<Socket> slow = [];
        try
        {
            for (int i = 0; i < 40; i++)
            {
                Socket socket = await server.ConnectAsync(receiveBuffer: 4096);
                slow.Add(socket);
                await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /vol.zarr/0/{100 + (i % 10)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
                Assert.True(await socket.ReceiveAsync(new byte[1]) == 1);
            }

            // A quarter of the memory, 8 MiB, is all that may be on its way; 160 MiB are.
            Assert.Equal(0, server.Pool.BuffersInUse);
            Assert.Equal(TestServer.LargeChunk, (await server.Client.GetByteArrayAsync("/vol.zarr/0/115")).Length);
            for (int i = 0; i < slow.Count; i += 9)
            {
                using var received = new MemoryStream();
                await using var stream = new NetworkStream(slow[i]);
                await stream.CopyToAsync(received);
                byte[] answer = received.ToArray();
                Assert.True(answer.AsSpan(^TestServer.LargeChunk..).SequenceEqual(expected[i % 10]), "bytes differ");
            }
        }
        finally
        {
            slow.ForEach(socket => socket.Dispose());
        }

        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task Many_clients_get_the_right_bytes_of_random_ranges_of_files()
    {
        await using TestServer server = await TestServer.StartAsync();
        byte[][] expected = [.. Enumerable.Range(100, 8).Select(x => Keep(server, x))];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(async () =>
        {
            Random random = new(client);
            for (int i = 0; i < 25; i++)
            {
                int x = random.Next(8);
                int start = random.Next(TestServer.LargeChunk);
                int length = Math.Min(TestServer.LargeChunk - start, i % 3 == 0 ? random.Next(1, 100) : random.Next(1, TestServer.LargeChunk));
                using HttpResponseMessage response = await server.GetAsync($"/vol.zarr/0/{100 + x}", ("Range", $"bytes={start}-{start + length - 1}"));
                byte[] got = await response.Content.ReadAsByteArrayAsync();
                Assert.True(got.AsSpan().SequenceEqual(expected[x].AsSpan(start, length)), $"bytes {start}+{length} of chunk {x} differ");
            }
        })));
        Assert.Equal(0, server.Chunks.Made);
    }

    [Fact]
    public async Task Open_files_are_few_are_dropped_at_a_change_and_closed_after_a_while()
    {
        await using TestServer server = await TestServer.StartAsync();
        FakeChunks chunks = server.Chunks;
        using var recent = new RecentFiles(chunks);
        RecentFiles.FileUse? use = null;
        for (int x = 0; x < 100; x++)
        {
            Keep(server, x);
            for (int y = 0; y < 2; y++)
            {
                use?.Dispose();
                use = recent.Open(At(x) with { Y = y }, TestServer.SmallChunk);
                Assert.NotNull(use);
            }
        }

        Assert.InRange(recent.Count, 0, 128);
        Assert.Null(recent.Open(At(5) with { Y = 2 }, TestServer.SmallChunk + 1));
        using (use)
        {
            chunks.Revision++;
            Assert.Null(recent.TryTake(At(99) with { Y = 1 }));
            Assert.False(use!.Handle.IsClosed); // who has it keeps it
            await TestServer.EventuallyAsync(() => recent.Count == 0, "files stay open for ever");
            Assert.False(use.Handle.IsClosed);
        }

        static ChunkAddress At(int x) => new(0, 0, 0, 0, 0, 0, x);
    }

    /// <summary>Puts a chunk into a file.</summary>
    private byte[] Keep(TestServer server, int x)
    {
        byte[] bytes = FakeChunks.Expected(x, x < 100 ? TestServer.SmallChunk : TestServer.LargeChunk);
        string path = Path.Combine(_directory, $"{x}");
        File.WriteAllBytes(path, bytes);
        server.Chunks.Files[x] = path;
        return bytes;
    }
}
