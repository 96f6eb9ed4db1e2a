using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

public sealed class ChunkStoreTests
{
    public static TheoryData<DataType, DownsampleMethod> TypesAndMethods()
    {
        var data = new TheoryData<DataType, DownsampleMethod>();
        foreach (DataType type in Enum.GetValues<DataType>())
        {
            foreach (DownsampleMethod method in Enum.GetValues<DownsampleMethod>()) data.Add(type, method);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(TypesAndMethods))]
    public async Task Every_type_and_method_equals_the_plain_pyramid(DataType type, DownsampleMethod method)
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(19, 13, 21), type, zeros: true), new ChunkShape(4, 4, 4), method: method);
        foreach (ChunkAddress address in test.Chunks().Reverse()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(1, 1, 1, 8, 8, 8, 3)]
    [InlineData(1, 1, 1, 1, 1, 1, 1)]
    [InlineData(7, 5, 3, 8, 8, 8, null)] // below one chunk
    [InlineData(8, 8, 8, 8, 8, 8, null)] // exactly one
    [InlineData(9, 8, 8, 8, 8, 8, null)]
    [InlineData(17, 23, 31, 2, 8, 4, null)] // anisotropic
    [InlineData(17, 23, 31, 16, 2, 6, null)]
    [InlineData(5, 40, 3, 2, 64, 2, null)]
    [InlineData(17, 23, 31, 3, 5, 7, 1)] // odd, so one level
    [InlineData(33, 33, 33, 32, 32, 32, 6)] // more levels than needed
    [InlineData(1, 1, 100, 2, 2, 2, null)]
    public async Task Every_shape_equals_the_plain_pyramid(int z, int y, int x, int chunkZ, int chunkY, int chunkX, int? levels)
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(z, y, x), DataType.UInt16), new ChunkShape(chunkZ, chunkY, chunkX), levels);
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        foreach (ChunkAddress address in test.Chunks().Reverse()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Time_points_and_channels_are_kept_apart()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(3, 2, 9, 10, 11), DataType.UInt8), new ChunkShape(4, 4, 4));
        foreach (ChunkAddress address in test.Chunks().Reverse()) await test.ReadAndCompare(address);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(1000)]
    public async Task Any_read_unit_gives_the_same(long width)
    {
        VolumeShape shape = new(12, 12, 50);
        byte[] voxels = ArraySource.Random(shape, DataType.UInt8).Voxels;
        using var test = new TestStore(new ArraySource(shape, DataType.UInt8, voxels) { Unit = new ReadUnit(1, 1, width) }, new ChunkShape(4, 4, 4));
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
    }

    [Fact]
    public async Task A_view_is_cut_and_converted()
    {
        VolumeShape shape = new(20, 22, 24);
        ArraySource source = ArraySource.Random(shape, DataType.UInt16);
        var multiscale = new Multiscale("view", new Volume(source, VolumeRanges.Parse("3:20,5:,:17"), DataType.UInt8, null), new ChunkShape(8, 4, 6), null, DownsampleMethod.Max);
        Assert.Equal(new VolumeShape(17, 17, 17), multiscale.Volume.Shape);
        byte[] cut = new byte[17 * 17 * 17];
        for (int z = 0, i = 0; z < 17; z++)
        {
            for (int y = 5; y < 22; y++)
            {
                for (int x = 3; x < 20; x++) cut[i++] = source.Voxels[(2 * ((((z * 22) + y) * 24) + x)) + 1];
            }
        }

        var oracle = new PlainPyramid(multiscale.Volume.Shape, DataType.UInt8, cut, DownsampleMethod.Max, multiscale.Levels.Count);
        using var pool = new BufferPool(16 << 20);
        using var store = new ChunkStore([multiscale], pool, 2);
        foreach (Level level in multiscale.Levels)
        {
            VolumeShape counts = level.Grid.Counts;
            for (int i = 0; i < counts.Count; i++)
            {
                var address = new ChunkAddress(0, level.Index, 0, 0, i / (counts.Y * counts.X), i / counts.X % counts.Y, i % counts.X);
                using Lease lease = await store.GetAsync(address, default);
                Assert.Equal(oracle.Chunk(address, multiscale.Chunk), lease.Span.ToArray());
            }
        }
    }

    [Fact]
    public async Task Neighbours_along_x_come_from_the_same_read()
    {
        VolumeShape shape = new(16, 24, 100);
        using var test = new TestStore(ArraySource.Random(shape, DataType.UInt16), new ChunkShape(8, 8, 8), levels: 1);
        await test.Read(new ChunkAddress(0, 0, 0, 0, 1, 2, 5));
        Assert.Equal(8 * 8 * 100, test.Source.VoxelsRead);
        await TestStore.Until(() => test.Store.InFlight == 0, "the row has landed");
        for (int x = 0; x < 13; x++) Assert.True(test.Store.TryGet(new ChunkAddress(0, 0, 0, 0, 1, 2, x), out Lease lease) && Let(lease));

        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        Assert.Equal(shape.Count, test.Source.VoxelsRead);
    }

    [Fact]
    public async Task A_whole_pyramid_reads_each_voxel_once()
    {
        VolumeShape shape = new(60, 50, 70);
        using var test = new TestStore(ArraySource.Random(shape, DataType.UInt8), new ChunkShape(8, 8, 8), workers: 1);
        foreach (ChunkAddress address in test.Chunks().Reverse()) await test.ReadAndCompare(address);
        Assert.Equal(shape.Count, test.Source.VoxelsRead);
    }

    [Fact]
    public async Task Sixteen_readers_of_the_same_chunks_cost_one_reading()
    {
        VolumeShape shape = new(40, 40, 64);
        using var test = new TestStore(ArraySource.Random(shape, DataType.UInt8), new ChunkShape(8, 8, 8));
        test.Source.Before = _ => Thread.Yield();
        ChunkAddress[] all = [.. test.Chunks()];
        using var start = new Barrier(16);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                foreach (ChunkAddress address in all) test.ReadAndCompare(address).GetAwaiter().GetResult();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Equal(shape.Count, test.Source.VoxelsRead);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Empty_volumes_cost_no_buffers()
    {
        VolumeShape shape = new(40, 40, 40);
        using var test = new TestStore(new ArraySource(shape, DataType.UInt16, new byte[shape.Count * 2]), new ChunkShape(8, 8, 8));
        foreach (ChunkAddress address in test.Chunks()) Assert.True(Zeros.IsAllZero(await test.Read(address)));
        await TestStore.Until(() => test.Store.InFlight == 0, "no chunk is on its way");
        Assert.Equal(0, test.Pool.BuffersInUse);
        Assert.Equal(test.Chunks().Count(), test.Store.Cached);
    }

    [Fact]
    public async Task Holes_are_fill_and_their_neighbours_are_not()
    {
        VolumeShape shape = new(24, 16, 16);
        ArraySource source = ArraySource.Random(shape, DataType.UInt8);
        foreach (int z in (int[])[0, 1, 5, 8, 9, 10, 11, 12, 13, 14, 15, 23])
        {
            source.Holes[z] = true;
            source.Voxels.AsSpan(z * 256, 256).Clear();
        }

        using var test = new TestStore(source, new ChunkShape(8, 8, 8));
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_chunk_with_rows_longer_than_the_scratch_is_read_in_pieces()
    {
        VolumeShape shape = new(2, 2, 700_001);
        using var test = new TestStore(ArraySource.Random(shape, DataType.UInt16), new ChunkShape(2, 2, 400_000), levels: 1);
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
    }

    [Theory]
    [InlineData(0, -1, 0, 0)]
    [InlineData(0, 0, 2, 0)]
    [InlineData(2, 0, 0, 0)]
    [InlineData(-1, 0, 0, 0)]
    [InlineData(0, 0, 0, long.MaxValue)]
    public async Task Addresses_outside_the_grid_are_refused(int level, long z, long y, long x)
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(16, 16, 16), DataType.UInt8), new ChunkShape(8, 8, 8));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => test.Store.GetAsync(new ChunkAddress(0, level, 0, 0, z, y, x), default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => test.Store.GetAsync(new ChunkAddress(1, 0, 0, 0, 0, 0, 0), default));
    }

    private static bool Let(Lease lease)
    {
        lease.Dispose();
        return true;
    }
}
