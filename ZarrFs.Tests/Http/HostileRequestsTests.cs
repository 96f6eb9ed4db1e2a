using System.Net.Sockets;
using System.Text;

namespace ZarrFs.Tests.Http;

/// <summary>Each hostile request comes to nothing: it gets its answer, which tells nothing, and nobody else notices.</summary>
public sealed class HostileRequestsTests(HostileRequestsTests.Server server) : IClassFixture<HostileRequestsTests.Server>
{
    public static TheoryData<string> Names => [.. HostileRequests.All().Select(static request => request.Name)];

    [Fact]
    public void There_are_at_least_a_hundred_of_them_each_with_a_name_of_its_own()
    {
        string[] names = [.. HostileRequests.All().Select(static request => request.Name)];
        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
        Assert.InRange(names.Length, 100, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_comes_to_nothing(string name)
    {
        HostileRequest request = HostileRequests.All().First(request => request.Name == name);
        string answer = await server.ExchangeAsync(request);
        Assert.Equal((request.Status, request.Status == 0 ? 0 : request.Answers), RawExchange.Count(answer));
        RawExchange.AssertTellsNothing(answer);
        await server.AssertGoesOnAsync();
    }

    /// <summary>One server for all of them, with somebody else's connection that has to outlast them.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private TestServer _server = null!;
        private Socket _neighbour = null!;

        public async Task InitializeAsync()
        {
            _server = await TestServer.StartAsync();
            _server.Volumes.Add(TestServer.Facts());
            _neighbour = await _server.ConnectAsync();
        }

        public Task<string> ExchangeAsync(HostileRequest request) => RawExchange.ExchangeAsync(_server, request.Bytes, request.AnswersAtOnce);

        public async Task AssertGoesOnAsync()
        {
            await _neighbour.SendAsync("GET /vol.zarr/0/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            byte[] expected = FakeChunks.Expected(1, TestServer.SmallChunk);
            using MemoryStream received = new();
            byte[] buffer = new byte[4096];
            while (!received.ToArray().AsSpan().EndsWith(expected))
            {
                int read = await _neighbour.ReceiveAsync(buffer);
                Assert.True(read > 0, "somebody else's connection was closed");
                received.Write(buffer, 0, read);
            }

            Assert.StartsWith("HTTP/1.1 200 ", Encoding.Latin1.GetString(received.ToArray()), StringComparison.Ordinal);
            Assert.Contains("\"ok\"", await _server.Client.GetStringAsync("/healthz"), StringComparison.Ordinal);
        }

        public async Task DisposeAsync()
        {
            _neighbour.Dispose();
            await _server.DisposeAsync();
        }
    }
}
