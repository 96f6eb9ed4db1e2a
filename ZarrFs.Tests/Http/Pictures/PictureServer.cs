using System.Net.Http.Headers;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Http.Pictures;

/// <summary>A real server over one array in memory, called <c>vol</c>.</summary>
internal sealed class PictureServer : IAsyncDisposable
{
    private readonly HttpService _service;

    private PictureServer(ArraySource source, ChunkShape chunk, int? levels, IReadOnlyList<OmeroChannel>? channels, PreviewOptions? previews)
    {
        Multiscale = new Multiscale("vol", new Volume(source, VolumeRanges.All, null, null), chunk, levels, DownsampleMethod.Mean);
        Channels = channels ?? OmeroChannel.Of(Multiscale);
        Pool = new BufferPool(256 << 20);
        Store = new ChunkStore([Multiscale], Pool, workers: 2, previews: previews);
        Content = new ServedContent(new VirtualTree([(Multiscale, Channels)]), Store, Pool, () => [Facts]);
        _service = new HttpService(new HttpOptions { Listen = "127.0.0.1:0" }, Content, NullLoggerFactory.Instance);
    }

    public Multiscale Multiscale { get; }

    public IReadOnlyList<OmeroChannel> Channels { get; }

    public BufferPool Pool { get; }

    public ChunkStore Store { get; }

    public ServedContent Content { get; }

    public HttpClient Client { get; } = new();

    public VolumeFacts Facts => new()
    {
        Name = "vol",
        SourcePath = "/data/vol",
        Kind = "array",
        Shape = Multiscale.Volume.Shape,
        DataType = Multiscale.Volume.DataType,
        VoxelSize = Multiscale.Volume.VoxelSize,
        Levels = [.. Multiscale.Levels.Select(level => new LevelFacts(level.Index, level.Shape, Multiscale.Chunk, level.Grid.Counts))],
        Channels = Channels,
        Leading = Multiscale.Leading,
    };

    public static async Task<PictureServer> StartAsync(
        ArraySource source, ChunkShape chunk, int? levels = null, IReadOnlyList<OmeroChannel>? channels = null, PreviewOptions? previews = null)
    {
        PictureServer server = new(source, chunk, levels, channels, previews);
        await server._service.StartAsync(CancellationToken.None);
        server.Client.BaseAddress = new Uri(server._service.Address!);
        return server;
    }

    /// <summary>A picture's file.</summary>
    public async Task<byte[]> GetAsync(string query) => await Client.GetByteArrayAsync($"/vol/preview.png{query}");

    /// <summary>An answer, whatever it is.</summary>
    public async Task<HttpResponseMessage> AskAsync(string query, string? knownTag = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"/vol/preview.png{query}");
        if (knownTag is not null) request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(knownTag));
        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _service.StopAsync(CancellationToken.None);
        _service.Dispose();
        Store.Dispose();
        await TestServer.EventuallyAsync(() => Pool.BuffersInUse == 0, "a picture has kept a chunk");
        Pool.Dispose();
    }
}
