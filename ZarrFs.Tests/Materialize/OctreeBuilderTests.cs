using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

public sealed class OctreeBuilderTests
{
    [Theory]
    [MemberData(nameof(ChunkStoreTests.TypesAndMethods), MemberType = typeof(ChunkStoreTests))]
    public void Every_type_and_method_equals_the_plain_pyramid(DataType type, DownsampleMethod method)
    {
        using var build = new TestBuild(ArraySource.Random(new VolumeShape(19, 13, 21), type, zeros: true), new ChunkShape(4, 4, 4), method: method);
        var sink = new RecordingSink();
        build.Run(sink);
        build.Compare(sink);
    }

    [Theory]
    [InlineData(1, 1, 1, 8, 8, 8, 3)]
    [InlineData(1, 1, 1, 1, 1, 1, 1)]
    [InlineData(7, 5, 3, 8, 8, 8, null)]
    [InlineData(9, 8, 8, 8, 8, 8, null)]
    [InlineData(17, 23, 31, 2, 8, 4, null)]
    [InlineData(17, 23, 31, 16, 2, 6, null)]
    [InlineData(5, 40, 3, 2, 64, 2, null)]
    [InlineData(17, 23, 31, 3, 5, 7, 1)]
    [InlineData(33, 33, 33, 32, 32, 32, 6)] // ends in 1×1×1, as scroll2zarr's six levels may
    [InlineData(40, 40, 40, 4, 4, 4, 2)] // the coarsest level has many chunks
    [InlineData(1, 1, 100, 2, 2, 2, null)]
    public void Every_shape_is_read_once(int z, int y, int x, int chunkZ, int chunkY, int chunkX, int? levels)
    {
        ArraySource source = ArraySource.Random(new VolumeShape(z, y, x), DataType.UInt16);
        using var build = new TestBuild(source, new ChunkShape(chunkZ, chunkY, chunkX), levels);
        var sink = new RecordingSink();
        build.Run(sink);
        build.Compare(sink);
        Assert.Equal(source.Shape.Count, source.VoxelsRead);
        Assert.Equal(0, sink.Loads);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(false, 2)] // two of three channels lie in one pixel
    public void Channels_and_time_points_are_built_as_asked(bool onlyLeading, int together)
    {
        var shape = new VolumeShape(2, 4, 9, 10, 11);
        ArraySource source = ArraySource.Random(shape, DataType.UInt8);
        source = new ArraySource(shape, DataType.UInt8, source.Voxels) { Unit = new ReadUnit(1, 1, 11, together) };
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4), onlyLeading: onlyLeading);
        var sink = new RecordingSink();
        build.Run(sink);
        build.Compare(sink);
        Assert.Equal(onlyLeading ? shape.Count / 8 : shape.Count, source.VoxelsRead);
    }

    [Fact]
    public void Little_memory_makes_narrow_runs_of_the_same_chunks()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(40, 50, 700), DataType.UInt16);
        var widths = new HashSet<int>();
        for (long budget = 1 << 20; budget <= 8 << 20; budget *= 2)
        {
            using var build = new TestBuild(source, new ChunkShape(16, 16, 16), budget: budget, workers: 1);
            var sink = new RecordingSink();
            build.Run(sink);
            build.Compare(sink);
            Assert.InRange(build.Pool.Committed, 1, build.Plan.BufferBytes);
            widths.Add(build.Plan.Width);
        }

        Assert.True(widths.Count > 1, "no budget was small enough for narrow runs");
    }

    [Fact]
    public void Too_little_memory_is_an_error_that_says_how_much_is_needed()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(2, 2, 2), DataType.UInt16);
        OptionException failure = Assert.Throws<OptionException>(() => new TestBuild(source, new ChunkShape(128, 128, 128), levels: 3, budget: 8 << 20));
        Assert.Contains("need at least 0.014 GB", failure.Message, StringComparison.Ordinal);
        using var enough = new TestBuild(source, new ChunkShape(128, 128, 128), levels: 3, budget: 14_000_000);
        enough.Run(new RecordingSink());
    }

    /// <summary>Wherever a write fails, the next run ends with the same chunks, and writes none twice that is known to be in place.</summary>
    [Fact]
    public void A_build_that_failed_goes_on()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(30, 21, 26), DataType.UInt16, zeros: true);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4), budget: 1 << 20, workers: 1);
        var whole = new RecordingSink();
        build.Run(whole);
        for (int stop = 0; stop < whole.Writes; stop += 7)
        {
            var sink = new RecordingSink();
            int last = stop;
            sink.Writing = write =>
            {
                if (write == last) throw RecordingSink.Full();
            };
            Assert.Throws<StoreException>(() => build.Run(sink));
            sink.Writing = null;
            long before = source.VoxelsRead;
            build.Run(sink);
            build.Compare(sink);
            Assert.InRange(source.VoxelsRead - before, 0, source.Shape.Count);
            Assert.Equal(build.Counters.TotalVoxelBytes - build.Counters.SkippedVoxelBytes, 2 * (source.VoxelsRead - before));
        }
    }

    /// <summary>What is done is read back, not made again, and only where the level above it needs it.</summary>
    [Fact]
    public void Nothing_is_read_from_the_source_that_is_done()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(64, 64, 64), DataType.UInt8);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4), workers: 1);
        var sink = new RecordingSink();
        sink.Writing = write =>
        {
            if (write == 16 * 16 * 16 * 6 / 7) throw RecordingSink.Full(); // of about 16³ · 8/7
        };
        Assert.Throws<StoreException>(() => build.Run(sink));
        sink.Writing = null;
        long before = source.VoxelsRead;
        build.Run(sink);
        build.Compare(sink);
        Assert.InRange(source.VoxelsRead - before, 1, source.Shape.Count / 3);
        Assert.InRange(sink.Loads, 1, 5 * 4 * 16); // at each level the three rows beside the one that was being made
        before = source.VoxelsRead;
        build.Run(sink);
        Assert.Equal(before, source.VoxelsRead);
    }

    [Fact]
    public void A_level_that_is_not_taken_is_read_but_never_written()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(30, 21, 26), DataType.Int16);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4));
        var sink = new RecordingSink { FirstTaken = 1 };
        build.Run(sink);
        build.Compare(sink);
        Assert.DoesNotContain(sink.Chunks.Keys, address => address.Level == 0);
        long read = source.VoxelsRead;
        build.Run(sink);
        Assert.Equal(read, source.VoxelsRead);
    }

    [Fact]
    public void A_source_that_fails_ends_the_build_with_its_error()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(30, 21, 26), DataType.Int16);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4));
        var sink = new RecordingSink();
        source.Fails = region => region.EndZ > 17;
        Assert.Contains("broken on purpose", Assert.Throws<SourceException>(() => build.Run(sink)).Message, StringComparison.Ordinal);
        Assert.Contains(sink.Chunks.Keys, address => address.Level == 0);
        source.Fails = null;
        build.Run(sink);
        build.Compare(sink);
    }

    /// <summary>A disk that takes nothing stops the reading after what the queue holds.</summary>
    [Fact]
    public async Task A_slow_disk_is_waited_for()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(64, 64, 64), DataType.UInt8);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4), budget: 1 << 21, workers: 1);
        using var gate = new Latch();
        var sink = new RecordingSink { Writing = _ => gate.Wait() };
        var run = Task.Run(() => build.Run(sink));
        SpinWait.SpinUntil(() => sink.Writes > 0, TimeSpan.FromSeconds(100));
        long most = 0;
        for (int i = 0; i < 20; i++)
        {
            await Task.Delay(5);
            most = Math.Max(most, source.VoxelsRead);
        }

        // A row of 16 chunks of 64 bytes takes 16 pages: what is queued, what is open at each level, and what is being read.
        Assert.InRange(most, 1, source.Shape.Count / 2);
        gate.Open();
        await run;
        build.Compare(sink);
    }

    [Fact]
    public void Cancelling_keeps_what_is_done()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(64, 64, 64), DataType.UInt8);
        using var build = new TestBuild(source, new ChunkShape(4, 4, 4), workers: 1);
        using var stop = new CancellationTokenSource();
        var sink = new RecordingSink
        {
            Writing = write =>
            {
                if (write == 200) stop.Cancel();
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(() => build.Run(sink, stop.Token));
        int written = sink.Writes;
        Assert.True(written > 200);
        sink.Writing = null;
        build.Run(sink);
        build.Compare(sink);
        Assert.InRange(sink.Writes, sink.Chunks.Count, sink.Chunks.Count + (16 * build.Multiscale.Levels.Count)); // a run that was half written is written again
    }
}
