using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http;

namespace ZarrFs.Tests.Http;

public sealed class ListenTests
{
    [Theory]
    [InlineData("127.0.0.1:9000", 9000)]
    [InlineData("127.0.0.2:0", 0)]
    [InlineData("[::1]:80", 80)]
    [InlineData("localhost:65535", 65535)]
    public void Loopback_addresses_are_taken(string text, int port)
    {
        ListenAddress address = ListenAddress.Parse(text);
        Assert.True(address.IsLoopback);
        Assert.Equal(port, address.Port);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("0.0.0.0:9000", true)]
    [InlineData("[::]:9000", true)]
    [InlineData("192.168.1.1:9000", false)]
    [InlineData("[fe80::1]:9000", false)]
    [InlineData("[::ffff:192.168.1.1]:9000", false)]
    public void Addresses_that_others_reach_are_known(string text, bool isAny)
    {
        ListenAddress address = ListenAddress.Parse(text);
        Assert.False(address.IsLoopback);
        Assert.Equal(isAny, address.IsAny);
        IReadOnlyList<string> hosts = address.Reachable();
        Assert.Equal(isAny, !hosts.Contains(address.Host));
        Assert.Equal(isAny ? System.Net.Dns.GetHostName() : address.Host, hosts[0]);
        Assert.All(hosts, host => Assert.DoesNotContain("127.0.0.1", host));
    }

    [Theory]
    [InlineData("127.0.0.1", "ADDRESS:PORT")]
    [InlineData("127.0.0.1:", "ADDRESS:PORT")]
    [InlineData("127.0.0.1:65536", "ADDRESS:PORT")]
    [InlineData("127.0.0.1:-1", "ADDRESS:PORT")]
    [InlineData(":9000", "ADDRESS:PORT")]
    [InlineData("", "ADDRESS:PORT")]
    [InlineData("::1:9000", "not an address")]
    [InlineData("[127.0.0.1]:9000", "not an address")]
    [InlineData("example.org:80", "not an address")]
    public void Others_are_refused_by_name(string text, string expected)
    {
        OptionException failure = Assert.Throws<OptionException>(() => ListenAddress.Parse(text));
        Assert.Equal("--listen", failure.Option);
        Assert.Contains(expected, failure.Message);
    }

    [Fact]
    public async Task A_port_in_use_is_told()
    {
        await using TestServer first = await TestServer.StartAsync();
        int port = new Uri(first.Address).Port;
        using HttpService second = Service($"127.0.0.1:{port}");
        ListenException failure = await Assert.ThrowsAsync<ListenException>(() => second.StartAsync(CancellationToken.None));
        Assert.Equal($"--listen: 127.0.0.1:{port} is in use by another program; choose another with --listen", failure.Message);
    }

    [Fact]
    public async Task Localhost_with_any_port_says_which()
    {
        using HttpService service = Service("localhost:0");
        Assert.Null(service.Address);
        await service.StartAsync(CancellationToken.None);
        Assert.Matches("^http://localhost:[1-9][0-9]*$", service.Address);
        using HttpClient client = new();
        Assert.Contains("ok", await client.GetStringAsync(service.Address + "/healthz"));
        await service.StopAsync(CancellationToken.None);
    }

    private static HttpService Service(string listen)
    {
        BufferPool pool = new(1 << 20);
        return new HttpService(
            new HttpOptions { Listen = listen }, new ServedContent(new FakeTree(), new FakeChunks(pool, _ => 1), pool, () => []), NullLoggerFactory.Instance);
    }
}
