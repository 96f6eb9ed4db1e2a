using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Viewer;

namespace ZarrFs.Tests.Http;

/// <summary>A real server on a port of its own, over a fake tree: documents, small and large chunks, odd names.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const int SmallChunk = 1000;
    public const int LargeChunk = 4 << 20;
    public const string Document = "{\"zarr_format\": 2}";
    public const string OddName = "a b&<é>%.json";
    public static readonly string ChunkTag = "\"tag-7\"";

    private readonly HttpService _service;

    private TestServer(HttpOptions options, long budget, ILoggerFactory logs, TimeProvider? time, ViewerFiles? viewer, IEnumerable<string> volumes)
    {
        Volumes.AddRange(volumes.Select(Facts));
        Pool = new BufferPool(budget);
        Chunks = new FakeChunks(Pool, x => x < 100 ? SmallChunk : LargeChunk);
        _service = new HttpService(
            options, new ServedContent(Tree, Chunks, Pool, () => Volumes) { Cache = () => Cache, Provisional = () => Cache is null ? 0 : 2, Viewer = viewer }, logs, time);
        Tree.AddDirectory("vol.zarr");
        Tree.AddDocument("vol.zarr/.zattrs", Document);
        Tree.AddDirectory("vol.zarr/0");
        Tree.AddDocument("vol.zarr/0/empty.json", "");
        Tree.AddDocument("vol.zarr/0/" + OddName, "{}");
        Tree.AddChunk("vol.zarr/0/0", 0, SmallChunk);
        for (int x = 1; x < 20; x++) Tree.AddChunk($"vol.zarr/0/{x}", x, SmallChunk);
        for (int x = 100; x < 120; x++) Tree.AddChunk($"vol.zarr/0/{x}", x, LargeChunk);
    }

    public FakeTree Tree { get; } = new();

    public FakeChunks Chunks { get; }

    public BufferPool Pool { get; }

    public List<VolumeFacts> Volumes { get; } = [];

    /// <summary>What is said of the disk cache.</summary>
    public CacheFacts? Cache { get; set; }

    /// <summary>Takes any certificate.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    });

    public string Address => _service.Address!;

    public static async Task<TestServer> StartAsync(
        HttpOptions? options = null, long budget = 256 << 20, ILoggerFactory? logs = null, TimeProvider? time = null, ViewerFiles? viewer = null,
        params IEnumerable<string> volumes)
    {
        TestServer server = new((options ?? new HttpOptions()) with { Listen = "127.0.0.1:0" }, budget, logs ?? NullLoggerFactory.Instance, time, viewer, volumes);
        await server._service.StartAsync(CancellationToken.None);
        server.Client.BaseAddress = new Uri(server.Address);
        return server;
    }

    public static VolumeFacts Facts(string name = "vol") => new()
    {
        Name = name,
        SourcePath = "/data/<scroll>",
        Kind = "numbered slices",
        Shape = new VolumeShape(10, 20, 30),
        DataType = DataType.UInt16,
        Channels = [new OmeroChannel(name, 0xFFFFFF, true, new ContrastWindow(0, 500, 0, 65535))],
        VoxelSize = VoxelSize.Micrometers(7.91),
        Levels = [new LevelFacts(0, new VolumeShape(10, 20, 30), new ChunkShape(8, 8, 8), new VolumeShape(2, 3, 4))],
        Problems = [new SourceProblem(SourceProblemKind.Bad, 5, 1, "/data/<scroll>/5.tif", "it is <short>")],
    };

    /// <summary>Lets in whom other options say, as a reload does.</summary>
    public void Change(AccessOptions? access = null, LimitOptions? limits = null) =>
        _service.Change(_service.Prepare(access ?? new AccessOptions()), limits ?? new LimitOptions(), Tree, static () => { });

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        foreach ((string name, string value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    /// <param name="receiveBuffer">Bytes that the client takes without reading; 0 for what the system gives.</param>
    /// <param name="from">The client's address, on this machine.</param>
    public async Task<Socket> ConnectAsync(int receiveBuffer = 0, string from = "127.0.0.1")
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(Address).Port);
        return socket;
    }

    /// <summary>Sends bytes as they are and reads until the server closes.</summary>
    public async Task<byte[]> ExchangeAsync(string request)
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        using MemoryStream received = new();
        await using NetworkStream stream = new(socket);
        await stream.CopyToAsync(received);
        return received.ToArray();
    }

    /// <summary>Waits for something that happens soon after, such as the server's noticing that a client is gone.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        long deadline = Environment.TickCount64 + 120_000; // only a test that has failed ever waits so long
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, what);
            await Task.Delay(10);
        }
    }

    /// <summary>All chunks are forgotten; then a buffer in use is a lease that never came back.</summary>
    public async Task AssertNoLeaseIsOutAsync()
    {
        await EventuallyAsync(
            () =>
            {
                Chunks.EvictAll(); // again and again: somebody who waited for room has just had one made
                return Pool.BuffersInUse == 0;
            },
            "a buffer is still leased");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _service.StopAsync(CancellationToken.None);
        _service.Dispose();
        Pool.Dispose();
    }
}
