using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

/// <summary>The Gaussian method, and what is decoded whole: each slice once, also where memory is short and after an interruption.</summary>
public sealed class SlabBuilderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private ScratchOptions Scratch => new(_directory.Path, 1L << 30);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(ChunkStoreTests.TypesAndMethods), MemberType = typeof(ChunkStoreTests))]
    public void Every_type_and_method_of_decoded_slices_equals_the_plain_pyramid(DataType type, DownsampleMethod method) =>
        BuildAndCompare(Decoded(new VolumeShape(19, 13, 21), type, 13, 21), new ChunkShape(4, 4, 4), null, method);

    [Theory]
    [InlineData(1, 1, 1, 8, 8, 8, 3)]
    [InlineData(1, 1, 1, 8, 8, 8, 1)]
    [InlineData(2, 3, 1, 2, 2, 2, null)]
    [InlineData(7, 5, 3, 8, 8, 8, null)]
    [InlineData(9, 8, 8, 8, 8, 8, null)]
    [InlineData(10, 9, 17, 8, 8, 8, null)]
    [InlineData(17, 23, 31, 2, 8, 4, null)]
    [InlineData(17, 23, 31, 16, 2, 6, null)]
    [InlineData(23, 17, 31, 2, 2, 2, null)]
    [InlineData(24, 18, 31, 4, 2, 6, null)]
    [InlineData(5, 40, 3, 2, 64, 2, null)]
    [InlineData(33, 34, 35, 4, 4, 4, 7)]
    [InlineData(33, 33, 33, 32, 32, 32, 6)]
    [InlineData(40, 40, 40, 4, 4, 4, 2)]
    [InlineData(1, 1, 100, 2, 2, 2, null)]
    [InlineData(100, 1, 1, 2, 2, 2, null)]
    [InlineData(1, 100, 1, 2, 2, 2, null)]
    public void Smooth_levels_of_every_shape_are_made_in_one_pass(int z, int y, int x, int chunkZ, int chunkY, int chunkX, int? levels)
    {
        ArraySource source = ArraySource.Random(new VolumeShape(z, y, x), DataType.UInt16);
        RecordingSink sink = BuildAndCompare(source, new ChunkShape(chunkZ, chunkY, chunkX), levels, DownsampleMethod.Gaussian);
        Assert.Equal(source.Shape.Count, source.VoxelsRead);
        Assert.Equal(0, sink.Loads);
    }

    /// <summary>Whole slices, strips, tiles, also such as do not fit chunks, and the channels of pixels.</summary>
    [Theory]
    [InlineData(37, 50, 1, DownsampleMethod.Mean)]
    [InlineData(37, 50, 1, DownsampleMethod.Gaussian)]
    [InlineData(8, 50, 1, DownsampleMethod.Mean)]
    [InlineData(16, 16, 1, DownsampleMethod.Gaussian)]
    [InlineData(12, 20, 1, DownsampleMethod.Max)]
    [InlineData(1, 50, 1, DownsampleMethod.Nearest)]
    [InlineData(11, 50, 3, DownsampleMethod.Mean)]
    [InlineData(37, 50, 3, DownsampleMethod.Gaussian)]
    [InlineData(20, 7, 2, DownsampleMethod.Gaussian)]
    public void Units_of_every_shape_are_decoded_once(int height, int width, int channels, DownsampleMethod method)
    {
        ArraySource source = Decoded(new VolumeShape(2, channels, 18, 37, 50), DataType.UInt16, height, width, channels);
        BuildAndCompare(source, new ChunkShape(8, 8, 8), null, method);
        Assert.Equal((long)(2 * 18 * ((36 / height) + 1) * ((49 / width) + 1)), source.Decodes.Count);
    }

    [Theory]
    [InlineData(true, DownsampleMethod.Mean)]
    [InlineData(true, DownsampleMethod.Gaussian)]
    [InlineData(false, DownsampleMethod.Gaussian)]
    public async Task Equals_the_virtual_tree(bool decoded, DownsampleMethod method)
    {
        var shape = new VolumeShape(43, 37, 50);
        ArraySource source = decoded ? Decoded(shape, DataType.UInt8, 37, 50) : ArraySource.Random(shape, DataType.UInt8, zeros: true);
        RecordingSink sink = BuildAndCompare(source, new ChunkShape(8, 8, 8), null, method);
        using var test = new TestStore(source, new ChunkShape(8, 8, 8), null, method);
        foreach (ChunkAddress address in test.Chunks())
        {
            using Lease lease = await test.Store.GetAsync(address, CancellationToken.None);
            Assert.True(lease.Span.SequenceEqual(sink.Chunks.GetValueOrDefault(address, new byte[512])), $"{address} differs");
        }
    }

    /// <summary>All that waits goes through the disk, in memory that does not allow a page less.</summary>
    [Theory]
    [InlineData(true, DownsampleMethod.Mean, 1)]
    [InlineData(true, DownsampleMethod.Gaussian, 1)]
    [InlineData(true, DownsampleMethod.Gaussian, 3)]
    [InlineData(false, DownsampleMethod.Gaussian, 2)]
    public void The_least_memory_is_enough(bool decoded, DownsampleMethod method, int workers)
    {
        var shape = new VolumeShape(1, 2, 150, 170, 200);
        ArraySource source = decoded ? Decoded(shape, DataType.UInt16, 170, 200, 2) : ArraySource.Random(shape, DataType.UInt16, zeros: true);
        var chunk = new ChunkShape(16, 16, 16);
        var memory = new SlabMemory(new BuildScope(new Multiscale("least", new Volume(source, VolumeRanges.All, null, null), chunk, null, method), false), workers);
        var least = (long)memory.Least;
        Assert.InRange((long)memory.Waiting, least / 4, long.MaxValue);
        Assert.Throws<OptionException>(() => new TestBuild(source, chunk, null, method, budget: least - 1, workers: workers, scratch: Scratch));
        foreach (long budget in new[] { least, least + ((long)memory.Waiting / 3), least + (long)memory.Waiting })
        {
            source.Decodes.Clear();
            using var build = new TestBuild(source, chunk, null, method, budget: budget, workers: workers, scratch: budget == least + memory.Waiting ? null : Scratch);
            Assert.InRange(build.Plan.BufferBytes, 1, budget);
            var sink = new RecordingSink();
            build.Run(sink);
            build.Compare(sink);
            Assert.InRange(build.Pool.Committed, 1, budget);
            Assert.DoesNotContain(source.Decodes, unit => unit.Value != 1);
        }
    }

    [Fact]
    public void Errors_say_how_much_memory_or_disk_is_needed()
    {
        ArraySource source = Decoded(new VolumeShape(64, 512, 512), DataType.UInt16, 512, 512);
        var chunk = new ChunkShape(64, 64, 64);
        OptionException little = Assert.Throws<OptionException>(() => new TestBuild(source, chunk, budget: 4 << 20, workers: 1));
        Assert.Contains("slices are decoded whole, which needs at least 0.009 GB", little.Message, StringComparison.Ordinal);
        OptionException nowhere = Assert.Throws<OptionException>(() => new TestBuild(source, chunk, budget: 9 << 20, workers: 1));
        Assert.Contains("nothing may be kept on disk", nowhere.Message, StringComparison.Ordinal);
        var small = new ScratchOptions(_directory.Path, 1 << 20);
        OptionException full = Assert.Throws<OptionException>(() => new TestBuild(source, chunk, budget: 9 << 20, workers: 1, scratch: small));
        Assert.Contains($"0.002 GB may be kept in {_directory.Path}; allow that much there (--scratch, --scratch-size), or 0.05 GB of memory", full.Message, StringComparison.Ordinal);
        using var enough = new TestBuild(source, chunk, budget: 9 << 20, workers: 1, scratch: Scratch);
        enough.Run(new RecordingSink());
    }

    /// <summary>Wherever a write fails, the next run ends with the same chunks, decodes no slice twice, and writes nothing twice that is in place.</summary>
    [Theory]
    [InlineData(true, DownsampleMethod.Mean, 4, 0)]
    [InlineData(true, DownsampleMethod.Gaussian, 4, 0)]
    [InlineData(false, DownsampleMethod.Gaussian, 4, 0)]
    [InlineData(false, DownsampleMethod.Gaussian, 2, 0)]
    [InlineData(true, DownsampleMethod.Mean, 4, 1)]
    [InlineData(true, DownsampleMethod.Gaussian, 2, 2)]
    public void A_build_that_failed_goes_on(bool decoded, DownsampleMethod method, int chunk, int firstTaken)
    {
        var shape = new VolumeShape(1, 2, 7 * chunk, 21, 26);
        ArraySource source = decoded ? Decoded(shape, DataType.UInt16, 21, 26, 2) : ArraySource.Random(shape, DataType.UInt16, zeros: true);
        using var build = new TestBuild(source, new ChunkShape(chunk, chunk, chunk), method: method, budget: 8 << 20, workers: 1, scratch: Scratch);
        var whole = new RecordingSink { FirstTaken = firstTaken };
        build.Run(whole);
        build.Compare(whole);
        for (int stop = 0; stop < whole.Writes; stop += 1 + (whole.Writes / 25))
        {
            var sink = new RecordingSink { FirstTaken = firstTaken };
            int last = stop;
            sink.Writing = write =>
            {
                if (write == last) throw RecordingSink.Full();
            };
            Assert.Throws<StoreException>(() => build.Run(sink));

            // And once more, a little further on.
            int then = sink.Writes + 9;
            sink.Writing = write =>
            {
                if (write == then) throw RecordingSink.Full();
            };
            if (Record.Exception(() => build.Run(sink)) is { } again) Assert.IsType<StoreException>(again);
            sink.Writing = null;
            long before = source.VoxelsRead;
            source.Decodes.Clear();
            build.Run(sink);
            build.Compare(sink);
            Assert.DoesNotContain(source.Decodes, unit => unit.Value != 1);
            Assert.Equal(build.Counters.TotalVoxelBytes - build.Counters.SkippedVoxelBytes, 2 * (source.VoxelsRead - before));
        }
    }

    [Fact]
    public void Slabs_that_are_done_are_not_read_again()
    {
        ArraySource source = Decoded(new VolumeShape(64, 40, 40), DataType.UInt8, 40, 40);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4), method: DownsampleMethod.Gaussian, workers: 1);
        var sink = new RecordingSink
        {
            Writing = write =>
            {
                if (write == 16 * 100 * 3 / 4) throw RecordingSink.Full(); // of 16 slabs of 100 and the levels above
            },
        };
        Assert.Throws<StoreException>(() => build.Run(sink));
        source.Decodes.Clear();
        sink.Writing = null;
        build.Run(sink);
        build.Compare(sink);
        Assert.InRange(source.Decodes.Count, 1, 32);
        Assert.InRange(sink.Loads, 1, 600);
        source.Decodes.Clear();
        build.Run(sink);
        Assert.Empty(source.Decodes);
    }

    [Fact]
    public void Cancelling_leaves_nothing_behind()
    {
        ArraySource source = Decoded(new VolumeShape(64, 64, 64), DataType.UInt8, 64, 64);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4), method: DownsampleMethod.Gaussian, workers: 2, budget: 12 << 20, scratch: Scratch);
        using var stop = new CancellationTokenSource();
        var sink = new RecordingSink
        {
            Writing = write =>
            {
                if (write == 900) stop.Cancel();
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(() => build.Run(sink, stop.Token));
        build.Run(sink);
        build.Compare(sink);
    }

    [Fact]
    public void A_slice_that_cannot_be_decoded_ends_the_build_with_its_error()
    {
        ArraySource source = Decoded(new VolumeShape(30, 21, 26), DataType.Int16, 21, 26);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4), method: DownsampleMethod.Gaussian);
        var sink = new RecordingSink();
        source.Fails = region => region.EndZ > 17;
        Assert.Contains("broken on purpose", Assert.Throws<SourceException>(() => build.Run(sink)).Message, StringComparison.Ordinal);
        Assert.Contains(sink.Chunks.Keys, address => address.Level == 1);
        source.Fails = null;
        build.Run(sink);
        build.Compare(sink);
    }

    private static ArraySource Decoded(VolumeShape shape, DataType type, int height, int width, int channels = 1)
    {
        ArraySource source = ArraySource.Random(shape, type, zeros: true);
        return new ArraySource(shape, type, source.Voxels) { Unit = new ReadUnit(1, height, width, channels, IsDecoded: true) };
    }

    private static RecordingSink BuildAndCompare(ArraySource source, ChunkShape chunk, int? levels, DownsampleMethod method)
    {
        using var build = new TestBuild(source, chunk, levels, method);
        var sink = new RecordingSink();
        build.Run(sink);
        build.Compare(sink);
        Assert.DoesNotContain(source.Decodes, unit => unit.Value != 1);
        return sink;
    }
}
