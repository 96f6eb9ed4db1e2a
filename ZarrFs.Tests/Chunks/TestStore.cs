using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

/// <summary>A chunk store over one array, and what its chunks must be.</summary>
internal sealed class TestStore : IDisposable
{
    // Only a test that hangs ever waits so long.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(100);

    // A thread that the machine does not run for long keeps its memory, and a disk may be slow: no bug of ours.
    private static readonly Patience Endless = new(TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    private readonly Lazy<PlainPyramid> _oracle;
    private readonly Lazy<PlainPyramid> _previews;

    public TestStore(
        ArraySource source, ChunkShape chunk, int? levels = null, DownsampleMethod method = DownsampleMethod.Mean, int workers = 2, long? budget = null,
        ScratchOptions? scratch = null, ILogger? logger = null, VolumeRanges? ranges = null, PreviewOptions? previews = null, Func<Multiscale, IChunkDisk>? disk = null)
    {
        Source = source;
        Multiscale = new Multiscale("test", new Volume(source, ranges ?? VolumeRanges.All, null, null), chunk, levels, method);
        Pool = new BufferPool(budget ?? 64 << 20);
        if (source.Unit.IsDecoded) source.Segments = new SegmentCache(Pool, patience: Endless.Memory);
        Store = new ChunkStore([Multiscale], Pool, workers, scratch, logger, previews, disk?.Invoke(Multiscale), Endless);
        _oracle = new Lazy<PlainPyramid>(() => new PlainPyramid(source.Shape, source.DataType, source.Voxels, method, Multiscale.Levels.Count));
        _previews = new Lazy<PlainPyramid>(() => new PlainPyramid(source.Shape, source.DataType, source.Voxels, method, Multiscale.Levels.Count, previews: true));
    }

    public ArraySource Source { get; }

    public Multiscale Multiscale { get; }

    public BufferPool Pool { get; }

    public ChunkStore Store { get; }

    /// <summary>Every chunk of a level.</summary>
    public IEnumerable<ChunkAddress> Chunks(int level)
    {
        VolumeShape counts = Multiscale.Levels[level].Grid.Counts;
        for (long t = 0; t < counts.T; t++)
        {
            for (long c = 0; c < counts.C; c++)
            {
                for (long z = 0; z < counts.Z; z++)
                {
                    for (long y = 0; y < counts.Y; y++)
                    {
                        for (long x = 0; x < counts.X; x++) yield return new ChunkAddress(0, level, t, c, z, y, x);
                    }
                }
            }
        }
    }

    /// <summary>Every chunk of every level.</summary>
    public IEnumerable<ChunkAddress> Chunks() => Enumerable.Range(0, Multiscale.Levels.Count).SelectMany(Chunks);

    public byte[] Expected(ChunkAddress address) => _oracle.Value.Chunk(address, Multiscale.Chunk);

    public byte[] ExpectedPreview(ChunkAddress address) => _previews.Value.Chunk(address, Multiscale.Chunk);

    public async Task<byte[]> Read(ChunkAddress address)
    {
        using Lease lease = await Store.GetAsync(address, CancellationToken.None).WaitAsync(Hang);
        return lease.Span.ToArray();
    }

    public async Task ReadAndCompare(ChunkAddress address)
    {
        byte[] found = await Read(address);
        Assert.True(found.AsSpan().SequenceEqual(Expected(address)), $"{address} is not what it should be");
    }

    /// <summary>Fails unless a read gives the preview, or the exact bytes of level 0, and says which it is.</summary>
    public async Task ReadAndComparePreview(ChunkAddress address)
    {
        using Lease lease = await Store.GetAsync(address, CancellationToken.None).WaitAsync(Hang);
        Assert.Equal(address.Level > 0, lease.IsProvisional);
        Assert.True(lease.Span.SequenceEqual(address.Level > 0 ? ExpectedPreview(address) : Expected(address)), $"{address} is not what it should be");
    }

    /// <summary>Waits until something is so, which only a bug keeps from happening.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        long deadline = Environment.TickCount64 + (long)Hang.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"it never came true: {what}");
            await Task.Delay(1);
        }
    }

    /// <summary>Nothing is on its way, nobody but the cache holds a buffer, and after <see cref="Dispose"/> nobody at all.</summary>
    public async Task EndWithoutLeaks()
    {
        await Until(() => Store.InFlight == 0, "no chunk is on its way");
        Source.Segments?.Dispose();
        await Until(() => Pool.BuffersInUse <= Store.Cached, "only the cache holds buffers");
        Store.Dispose();
        await Until(() => Pool.BuffersInUse == 0, "all buffers are back");
        Assert.Equal(0, Pool.InUse);
        Assert.InRange(Pool.Committed, 0, Pool.Budget);
    }

    public void Dispose()
    {
        Store.Dispose();
        Pool.Dispose(); // or its thread would keep it, with all its memory, for as long as the tests run
    }
}
