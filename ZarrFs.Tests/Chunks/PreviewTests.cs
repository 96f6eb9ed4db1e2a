using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

/// <summary>What previews hold, and what is read for them.</summary>
public sealed class PreviewTests
{
    private static readonly PreviewOptions Only = new(PreviewMode.Only);

    [Theory]
    [MemberData(nameof(ChunkStoreTests.TypesAndMethods), MemberType = typeof(ChunkStoreTests))]
    public async Task Every_type_and_method_equals_the_definition(DataType type, DownsampleMethod method)
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(19, 13, 21), type, zeros: true), new ChunkShape(4, 4, 4), method: method, previews: Only);
        foreach (ChunkAddress address in test.Chunks().Reverse())
        {
            if (method != DownsampleMethod.Nearest) await test.ReadAndComparePreview(address);
            else await test.ReadAndCompare(address);
        }

        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 8, 8, 8, 3)]
    [InlineData(1, 1, 7, 5, 3, 8, 8, 8, 4)]
    [InlineData(1, 1, 9, 8, 8, 8, 8, 8, null)]
    [InlineData(1, 1, 17, 23, 31, 2, 8, 4, null)]
    [InlineData(1, 1, 17, 23, 31, 16, 2, 6, null)]
    [InlineData(1, 1, 5, 40, 3, 2, 64, 2, null)]
    [InlineData(1, 1, 33, 33, 33, 32, 32, 32, 32)] // far more levels than voxels
    [InlineData(1, 1, 1, 1, 1000, 2, 2, 2, null)]
    [InlineData(3, 2, 9, 10, 11, 4, 4, 4, null)]
    public async Task Every_shape_equals_the_definition(int t, int c, int z, int y, int x, int chunkZ, int chunkY, int chunkX, int? levels)
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(t, c, z, y, x), DataType.UInt16), new ChunkShape(chunkZ, chunkY, chunkX), levels, previews: Only);
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndComparePreview(address);
        foreach (ChunkAddress address in test.Chunks().Reverse()) await test.ReadAndComparePreview(address);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(1, 7, 5, 1, false)]
    [InlineData(1, 4, 8, 1, true)]
    [InlineData(1, 5, 7, 2, true)]
    [InlineData(1, 100, 100, 1, true)]
    [InlineData(1, 3, 100, 1, true)]
    [InlineData(5, 8, 6, 1, false)]
    [InlineData(32, 32, 32, 1, false)]
    public async Task Any_read_unit_gives_the_same(int depth, long height, long width, int channels, bool decoded)
    {
        VolumeShape shape = new(1, 2, 25, 26, 50);
        byte[] voxels = ArraySource.Random(shape, DataType.UInt8).Voxels;
        var source = new ArraySource(shape, DataType.UInt8, voxels) { Unit = new ReadUnit(depth, height, width, channels, decoded) };
        using var test = new TestStore(source, new ChunkShape(4, 4, 4), previews: Only);
        foreach (ChunkAddress address in test.Chunks().Where(address => address.Level > 0)) await test.ReadAndComparePreview(address);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_view_is_cut_shifted_and_converted()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(20, 22, 24), DataType.UInt16);
        var view = new Volume(source, VolumeRanges.Parse("3:26,5:,:17"), DataType.UInt8, null, new VolumeShift(2, 7, 3));
        var multiscale = new Multiscale("view", view, new ChunkShape(4, 2, 6), null, DownsampleMethod.Mean);
        byte[] cut = new byte[view.Shape.Count];
        for (int z = 0, i = 0; z < view.Shape.Z; z++)
        {
            for (int y = 5; y < 5 + view.Shape.Y; y++)
            {
                for (int x = 3; x < 3 + view.Shape.X; x++, i++)
                {
                    // The shift is x 2, y 7, z 3: what lies before it is 0.
                    if (z >= 3 && y >= 7) cut[i] = source.Voxels[(2 * (((((z - 3) * 22) + y - 7) * 24) + x - 2)) + 1];
                }
            }
        }

        var oracle = new PlainPyramid(view.Shape, DataType.UInt8, cut, DownsampleMethod.Mean, multiscale.Levels.Count, previews: true);
        using var pool = new BufferPool(16 << 20);
        using var store = new ChunkStore([multiscale], pool, 2, previews: Only);
        foreach (Level level in multiscale.Levels.Skip(1))
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
    public async Task Masked_zeros_stay_zero_and_provisional()
    {
        VolumeShape shape = new(32, 32, 32);
        byte[] voxels = new byte[shape.Count];
        voxels[0] = 200; // in the first chunk alone, and in no row that is read
        using var test = new TestStore(new ArraySource(shape, DataType.UInt8, voxels), new ChunkShape(8, 8, 8), previews: Only);
        foreach (ChunkAddress address in test.Chunks(1).Concat(test.Chunks(2)))
        {
            using Lease lease = await test.Store.GetAsync(address, CancellationToken.None);
            Assert.True(lease.IsProvisional);
            Assert.True(Zeros.IsAllZero(lease.Span));
        }

        using Lease exact = await test.Store.GetAsync(new ChunkAddress(0, 0, 0, 0, 3, 3, 3), CancellationToken.None);
        Assert.False(exact.IsProvisional); // all zero too, but another block
        Assert.True(Zeros.IsAllZero(exact.Span));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Only_the_rows_needed_are_read_and_once_for_neighbours(int level)
    {
        VolumeShape shape = new(60, 50, 70);
        using var test = new TestStore(ArraySource.Random(shape, DataType.UInt16), new ChunkShape(8, 8, 8), previews: Only);
        VolumeShape small = test.Multiscale.Levels[level].Shape;
        foreach (ChunkAddress address in test.Chunks(level)) await test.ReadAndComparePreview(address);
        Assert.Equal(small.Z * small.Y * shape.X, test.Source.VoxelsRead);
    }

    [Fact]
    public async Task A_chunk_alone_reads_no_more_of_a_row_than_its_group_needs()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(16, 16, 400), DataType.UInt8), new ChunkShape(8, 8, 8), previews: Only);
        await test.ReadAndComparePreview(new ChunkAddress(0, 1, 0, 0, 0, 0, 5)); // one of chunks 4 to 7, each 16 voxels wide at level 0
        Assert.Equal(8 * 8 * 4 * 16, test.Source.VoxelsRead);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    public async Task One_slice_decoded_serves_every_chunk_of_a_level(int level, int channels)
    {
        VolumeShape shape = new(1, channels, 64, 100, 120);
        var source = new ArraySource(shape, DataType.UInt8, ArraySource.Random(shape, DataType.UInt8).Voxels)
        {
            Unit = new ReadUnit(1, shape.Y, shape.X, channels, IsDecoded: true),
        };
        using var test = new TestStore(source, new ChunkShape(8, 8, 8), workers: 3, previews: Only);
        await Task.WhenAll(test.Chunks(level).Select(address => Task.Run(() => test.ReadAndComparePreview(address))));
        Assert.Equal(64 >> level, source.Decodes.Count);
        Assert.All(source.Decodes.Values, count => Assert.Equal(1, count));
        Assert.Equal(64 >> level, source.Segments!.Decoded);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Nearest_is_exact_and_kept_as_that()
    {
        using var test = new TestStore(
            ArraySource.Random(new VolumeShape(40, 30, 50), DataType.UInt16), new ChunkShape(8, 8, 8), method: DownsampleMethod.Nearest, previews: Only);
        foreach (ChunkAddress address in test.Chunks(2))
        {
            Assert.Equal(ChunkStatus.Final, test.Store.StatusOf(address));
            using Lease lease = await test.Store.GetAsync(address, CancellationToken.None);
            Assert.False(lease.IsProvisional);
            Assert.True(lease.Span.SequenceEqual(test.Expected(address)));
        }

        Assert.Equal(10 * 8 * 50, test.Source.VoxelsRead); // every fourth row of every fourth plane
        Assert.Equal(new PreviewCounts(0, 0), test.Store.Previews);
    }
}
