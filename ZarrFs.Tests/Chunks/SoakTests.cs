using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Fuzz;

namespace ZarrFs.Tests.Chunks;

/// <summary>Ten thousand random chunks of a compressed stack that is larger than the memory: right, and nothing grows.</summary>
[Collection(nameof(HeapCollection))]
public sealed class SoakTests : IDisposable
{
    private const int Reads = 10_000;
    private const int Readers = 4;
    private const int Depth = 128, Height = 256, Width = 128;
    private const int Chunk = 16;
    private const long Budget = 3 << 20;
    private const long MostGrowth = 16 << 20;

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _voxels = Samples.Make(Depth * Height * Width);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("slices")]
    [InlineData("file")]
    public async Task RandomChunksLeaveNothingBehind(string kind)
    {
        using BufferPool pool = new(Budget);
        using ISource source = SourceOpener.Open(Write(kind), new SourceOptions { BadSlices = BadSlicePolicy.Fail, Pool = pool, OpenFiles = 16 });
        Multiscale volume = new("soak", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(Chunk, Chunk, Chunk), 1, DownsampleMethod.Mean);
        ChunkStore store = new([volume], pool, workers: 2, patience: new Patience(TimeSpan.FromHours(1), TimeSpan.FromHours(1))); // a thread that is held up keeps its memory
        long before = 0;
        for (int round = 0; round < 4; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => Task.Run(() => Read(store, volume, new Random(round * Readers + reader), Reads / 4 / Readers))));
            Assert.InRange(pool.Committed, 0, Budget);
            Assert.InRange(OpenFiles.Below(_directory.Path), 0, 16 + Readers);
            // The first round fills caches and tables; after it the heap stays as it is.
            long live = GC.GetTotalMemory(forceFullCollection: true);
            if (round == 0) before = live;
            else Assert.InRange(live, 0, before + MostGrowth);
        }

        await TestStore.Until(() => store.InFlight == 0, "no chunk is on its way");
        store.Dispose();
        source.Dispose();
        await TestStore.Until(() => pool.BuffersInUse == 0, "all buffers are back");
        Assert.Equal(0, OpenFiles.Below(_directory.Path));
    }

    private async Task Read(ChunkStore store, Multiscale volume, Random random, int count)
    {
        VolumeShape counts = volume.Levels[0].Grid.Counts;
        for (int i = 0; i < count; i++)
        {
            ChunkAddress address = new(0, 0, 0, 0, random.NextInt64(counts.Z), random.NextInt64(counts.Y), random.NextInt64(counts.X));
            using Lease lease = await store.GetAsync(address, CancellationToken.None);
            Region region = new(address.Z * Chunk, address.Y * Chunk, address.X * Chunk, Chunk, Chunk, Chunk);
            Assert.True(lease.Span.SequenceEqual(Samples.Cut(_voxels, (Depth, Height, Width), region, 1)), $"{address} is not what it should be");
        }
    }

    private string Write(string kind)
    {
        byte[][] strips = [.. _voxels.Chunk(Height * Width).Select(plane => Encoders.Deflate(plane))];
        if (kind == "file")
            return _directory.File("stack.tif", new SketchedTiff([.. strips.Select(strip => SketchedPage.Grey(Width, Height, 8, 8).Store(strip))]).ToArray());
        for (int z = 0; z < Depth; z++) _directory.File($"{z:000}.tif", new SketchedTiff(SketchedPage.Grey(Width, Height, 8, 8).Store(strips[z])).ToArray());
        return _directory.Path;
    }
}
