using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Materialize.Background;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

/// <summary>A store that is partly copied from a cache is the one that is made without, to the byte.</summary>
public sealed class ReadyChunksTests
{
    private static readonly ChunkShape Fours = new(4, 4, 4);

    public static TheoryData<DownsampleMethod, bool, string> Cases => new()
    {
        { DownsampleMethod.Mean, false, "all" },
        { DownsampleMethod.Mean, false, ">=1" },
        { DownsampleMethod.Mean, false, "0" },
        { DownsampleMethod.Mean, false, "2" },
        { DownsampleMethod.Mean, true, ">=1" },
        { DownsampleMethod.Mean, true, "all" },
        { DownsampleMethod.Gaussian, false, "1" },
        { DownsampleMethod.Gaussian, true, "0,2" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_reads_and_makes_what_the_cache_lacks(DownsampleMethod method, bool decoded, string levels)
    {
        ArraySource source = Source(decoded);
        LevelSet cached = LevelSet.Parse("--levels", levels);
        FakeDisk disk = Cache(source, method, cached);
        using var build = new StoreBuild(source, chunk: Fours, method: method, codec: Compression.Parse("zlib").Create(DataType.UInt16));
        build.Run(build.Target("plain.zarr"));
        long before = source.VoxelsRead;
        source.Decodes.Clear();
        Materializer made = Run(build, build.Target("cached.zarr"), disk);
        StoreBuild.Same(StoreBuild.Files(Path.Combine(build.Root, "plain.zarr")), Path.Combine(build.Root, "cached.zarr"));
        Assert.Equal(disk.Chunks.Count, made.FromCache);
        Assert.Equal(cached.Contains(0) ? 0 : source.Shape.Count, source.VoxelsRead - before);
        Assert.Equal(made.Counters.TotalVoxelBytes, made.Counters.VoxelBytes);
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean, false)]
    [InlineData(DownsampleMethod.Mean, true)]
    [InlineData(DownsampleMethod.Gaussian, false)]
    public void Stopped_anywhere_and_with_another_cache_then_it_goes_on(DownsampleMethod method, bool decoded)
    {
        ArraySource source = Source(decoded);
        FakeDisk whole = Cache(source, method, LevelSet.All);
        using var build = new StoreBuild(source, chunk: Fours, method: method);
        build.Run(build.Target("plain.zarr"));
        SortedDictionary<string, byte[]> expected = StoreBuild.Files(Path.Combine(build.Root, "plain.zarr"));
        var random = new Random(8);
        for (int round = 0; round < 10; round++)
        {
            StoreTarget target = build.Target($"stopped{round}.zarr");
            for (int stops = 0; stops < 2; stops++)
            {
                using StoreWriter writer = StoreWriter.Open(target, new ZarrFs.Core.Materialize.Building.BuildCounters());
                var sink = new InterruptedSink(writer, random.Next(expected.Count / 2));
                try
                {
                    new ReadyChunks(Part(whole, random), 0, build.Build.Plan.Scope).Copy(build.Build.Pool, 2, sink, new(), CancellationToken.None);
                    build.Build.Run(sink);
                }
                catch (InterruptedSink.Interruption)
                {
                    // That is what it is for.
                }
            }

            Run(build, target, Part(whole, random));
            StoreBuild.Same(expected, target.Path);
        }
    }

    [Fact]
    public void What_turns_out_damaged_is_made()
    {
        ArraySource source = Source(decoded: false);
        FakeDisk disk = Cache(source, DownsampleMethod.Mean, LevelSet.All);
        int before = disk.Chunks.Count;
        foreach (ChunkAddress address in disk.Chunks.Keys.Where(address => address.X == 1)) disk.Damaged[address] = true;
        int damaged = disk.Damaged.Count;
        using var build = new StoreBuild(source, chunk: Fours);
        build.Run(build.Target("plain.zarr"));
        Materializer made = Run(build, build.Target("cached.zarr"), disk);
        StoreBuild.Same(StoreBuild.Files(Path.Combine(build.Root, "plain.zarr")), Path.Combine(build.Root, "cached.zarr"));
        Assert.Equal(before - damaged, made.FromCache);
    }

    private static Materializer Run(StoreBuild build, StoreTarget target, FakeDisk disk)
    {
        using var materializer = new Materializer(build.Build.Plan, target, build.Build.Pool, disk);
        materializer.Open();
        materializer.Build(CancellationToken.None);
        materializer.Finish();
        return materializer;
    }

    private static ArraySource Source(bool decoded)
    {
        ArraySource source = ArraySource.Random(new VolumeShape(30, 21, 26), DataType.UInt16, zeros: true);
        return decoded ? new ArraySource(source.Shape, DataType.UInt16, source.Voxels) { Unit = new ReadUnit(1, 21, 26, IsDecoded: true) } : source;
    }

    private static FakeDisk Cache(ArraySource source, DownsampleMethod method, LevelSet levels)
    {
        using var cache = new CacheBuild(source, Fours, method, levels: levels);
        cache.Run();
        var disk = new FakeDisk();
        foreach ((ChunkAddress address, byte[] chunk) in cache.Disk.Chunks) disk.Chunks[address with { Volume = 0 }] = chunk;
        return disk;
    }

    private static FakeDisk Part(FakeDisk whole, Random random)
    {
        var disk = new FakeDisk();
        foreach ((ChunkAddress address, byte[] chunk) in whole.Chunks)
        {
            if (random.Next(3) > 0) disk.Chunks[address] = chunk;
        }

        return disk;
    }
}
