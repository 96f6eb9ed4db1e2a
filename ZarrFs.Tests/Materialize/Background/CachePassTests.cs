using System.Collections.Concurrent;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Native;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize.Background;

public sealed class CachePassTests
{
    private static readonly ChunkShape Fours = new(4, 4, 4);

    [Theory]
    [MemberData(nameof(ChunkStoreTests.TypesAndMethods), MemberType = typeof(ChunkStoreTests))]
    public void Every_type_and_method_equals_the_plain_pyramid(DataType type, DownsampleMethod method)
    {
        using var build = new CacheBuild(ArraySource.Random(new VolumeShape(19, 13, 21), type, zeros: true), Fours, method, firstKept: 1);
        var told = new ConcurrentBag<ChunkAddress>();
        build.Run(told.Add);
        build.Compare();
        Assert.Equal(build.Disk.Chunks.Keys.ToHashSet(), told.ToHashSet());
        Assert.Equal(build.Disk.Chunks.Count, told.Count);
    }

    [Theory]
    [InlineData(1, 1, 1, 8, 8, 8)]
    [InlineData(7, 5, 3, 8, 8, 8)]
    [InlineData(17, 23, 31, 2, 8, 4)]
    [InlineData(1, 1, 100, 2, 2, 2)]
    public void Every_shape_is_read_once(int z, int y, int x, int chunkZ, int chunkY, int chunkX)
    {
        ArraySource source = ArraySource.Random(new VolumeShape(z, y, x), DataType.UInt16);
        using var build = new CacheBuild(source, new ChunkShape(chunkZ, chunkY, chunkX), firstKept: 0);
        build.Run();
        build.Compare();
        Assert.Equal(source.Shape.Count, source.VoxelsRead);
        build.Run();
        Assert.Equal(source.Shape.Count, source.VoxelsRead);
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Gaussian)]
    public void Slices_that_are_decoded_whole_are_decoded_once(DownsampleMethod method)
    {
        ArraySource source = Decoded(new VolumeShape(2, 3, 19, 13, 21), channels: 3);
        using var build = new CacheBuild(source, Fours, method, firstKept: 1);
        build.Run();
        build.Compare();
        Assert.Equal(2 * 19, source.Decodes.Count);
        Assert.All(source.Decodes.Values, count => Assert.Equal(1, count));
    }

    /// <summary>Levels in the middle alone: those below are made and not kept, those above not made.</summary>
    [Theory]
    [InlineData("2,4", false)]
    [InlineData("2-3", true)]
    public void Just_the_levels_that_are_asked_for_are_made(string levels, bool decoded)
    {
        VolumeShape shape = new(33, 40, 50);
        ArraySource source = decoded ? Decoded(shape) : ArraySource.Random(shape, DataType.UInt8);
        using var build = new CacheBuild(source, Fours, levels: LevelSet.Parse("--levels", levels));
        build.Run();
        build.Compare();
    }

    /// <summary>Any chunk may be gone, whatever of it is left above and below: all are there in the end, and little is read.</summary>
    [Theory]
    [InlineData(DownsampleMethod.Mean, false)]
    [InlineData(DownsampleMethod.Max, true)]
    [InlineData(DownsampleMethod.Gaussian, false)]
    public void What_is_missing_in_between_is_made(DownsampleMethod method, bool decoded)
    {
        VolumeShape shape = new(35, 21, 26);
        ArraySource source = decoded ? Decoded(shape) : ArraySource.Random(shape, DataType.UInt8, zeros: true);
        using var build = new CacheBuild(source, Fours, method, firstKept: 1);
        build.Run();
        var random = new Random(5);
        for (int round = 0; round < 20; round++)
        {
            ChunkAddress[] all = [.. build.All];
            for (int i = 0; i < 1 << (round % 5); i++) build.Disk.Chunks.TryRemove(all[random.Next(all.Length)], out _);
            build.Run();
            build.Compare();
        }
    }

    [Fact]
    public void What_is_missing_is_all_that_is_read()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(32, 32, 32), DataType.UInt8);
        using var build = new CacheBuild(source, Fours, firstKept: 1);
        build.Run();
        long before = source.VoxelsRead;
        build.Disk.Chunks.TryRemove(new ChunkAddress(CacheBuild.Number, 1, 0, 0, 2, 1, 3), out _);
        build.Run();
        build.Compare();
        Assert.Equal(8 * 8 * 32, source.VoxelsRead - before); // the row of chunks below it, and not what is above

        build.Disk.Chunks.TryRemove(new ChunkAddress(CacheBuild.Number, 3, 0, 0, 0, 0, 0), out _);
        before = source.VoxelsRead;
        build.Run();
        build.Compare();
        Assert.Equal(before, source.VoxelsRead);
    }

    /// <summary>What viewers have had of level 0 is in the cache of a dear source, and is not decoded again.</summary>
    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Gaussian)]
    public void Level_0_is_taken_from_the_cache_where_it_is_there(DownsampleMethod method)
    {
        ArraySource source = Decoded(new VolumeShape(16, 12, 20));
        using var all = new CacheBuild(source, Fours, method);
        all.Run();
        source.Decodes.Clear();
        using var build = new CacheBuild(source, Fours, method, levels: LevelSet.From(1));
        foreach ((ChunkAddress address, byte[] chunk) in all.Disk.Chunks)
        {
            if (address.Level == 0 && address.Z != 2) build.Disk.Chunks[address] = chunk;
        }

        build.Run();
        build.ComparePart();
        Assert.Equal(all.All.Count(address => address.Z != 2 || address.Level > 0), build.Disk.Chunks.Count);
        Assert.Equal(4, source.Decodes.Count); // the slices of the third chunk row
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean, false)]
    [InlineData(DownsampleMethod.Mean, true)]
    [InlineData(DownsampleMethod.Gaussian, false)]
    public void Stopped_anywhere_it_goes_on(DownsampleMethod method, bool decoded)
    {
        VolumeShape shape = new(30, 21, 26);
        ArraySource source = decoded ? Decoded(shape) : ArraySource.Random(shape, DataType.UInt16, zeros: true);
        var random = new Random(6);
        for (int round = 0; round < 12; round++)
        {
            using var build = new CacheBuild(source, Fours, method, firstKept: 1);
            for (int stops = 0; stops < 3; stops++)
            {
                using var stop = new CancellationTokenSource();
                int at = build.Disk.Puts + random.Next(40);
                build.Disk.Putting = put =>
                {
                    if (put == at) stop.Cancel();
                    return true;
                };
                try
                {
                    build.Run(stop: stop.Token);
                }
                catch (OperationCanceledException)
                {
                    build.ComparePart();
                }
            }

            build.Run();
            build.Compare();
        }
    }

    /// <summary>A row of 200 chunks waits to be written by a disk that is slow: whoever stops the program does not wait for that.</summary>
    [Fact]
    public async Task Stopped_it_writes_nothing_that_is_queued()
    {
        using var build = new CacheBuild(ArraySource.Random(new VolumeShape(8, 8, 800), DataType.UInt16), Fours);
        using var stop = new CancellationTokenSource();
        using var written = new Latch();
        build.Disk.Putting = _ =>
        {
            stop.Cancel();
            written.Wait();
            return true;
        };
        Task run = Task.Run(() => build.Run(stop: stop.Token));
        await TestStore.Until(() => build.Disk.Puts > 0 && build.Build.Pool.BuffersInUse <= 2, "only what the two writers are at is left");
        written.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.InRange(build.Disk.Puts, 1, 2);
        build.ComparePart();
        build.Disk.Putting = null;
        build.Run();
        build.Compare();
    }

    [Fact]
    public void A_cache_that_takes_nothing_more_ends_it()
    {
        using var build = new CacheBuild(ArraySource.Random(new VolumeShape(30, 21, 26), DataType.UInt16), Fours);
        build.Disk.Putting = put => put < 20;
        Assert.Contains("takes no more chunks", Assert.Throws<StoreException>(() => build.Run()).Message, StringComparison.Ordinal);
        build.Disk.Putting = null;
        build.Run();
        build.Compare();
    }

    /// <summary>As after a kill: chunks that are there as far as is known, until they are read.</summary>
    [Theory]
    [InlineData(DownsampleMethod.Mean, false)]
    [InlineData(DownsampleMethod.Mean, true)]
    [InlineData(DownsampleMethod.Gaussian, false)]
    public void Chunks_that_turn_out_damaged_are_made_again(DownsampleMethod method, bool decoded)
    {
        VolumeShape shape = new(30, 21, 26);
        using var build = new CacheBuild(decoded ? Decoded(shape) : ArraySource.Random(shape, DataType.UInt16), Fours, method);
        build.Run();
        var random = new Random(7);
        ChunkAddress[] all = [.. build.All];
        for (int i = 0; i < 60; i++)
        {
            build.Disk.Damaged[all[random.Next(all.Length)]] = true;
            build.Disk.Chunks.TryRemove(all[random.Next(all.Length)], out _);
        }

        build.Run();
        Assert.Equal(all.ToHashSet(), build.Disk.Chunks.Keys.ToHashSet());
        foreach (ChunkAddress address in build.Disk.Damaged.Keys) build.Disk.Chunks.TryRemove(address, out _); // what nobody needed
        build.Disk.Damaged.Clear();
        build.Run();
        build.Compare();
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Gaussian)]
    public void What_cannot_be_kept_does_not_stop_the_others(DownsampleMethod method)
    {
        using var build = new CacheBuild(ArraySource.Random(new VolumeShape(30, 21, 26), DataType.UInt16), Fours, method, firstKept: 1);
        ChunkAddress[] all = [.. build.All];
        build.Disk.Taken.UnionWith([all[0], all[5], all.First(address => address.Level == 2), all[^1]]);
        for (int run = 0; run < 2; run++)
        {
            build.Run();
            Assert.Equal(all.Except(build.Disk.Taken).ToHashSet(), build.Disk.Chunks.Keys.ToHashSet());
            build.ComparePart();
        }

        build.Disk.Taken.Clear();
        build.Run();
        build.Compare();
    }

    /// <summary>A slice changes while chunks of it are on their way, and the cache is told to forget what it has of it: nothing old stays or comes.</summary>
    [Fact]
    public void A_source_that_changes_leaves_nothing_of_before()
    {
        using var build = new CacheBuild(ArraySource.Random(new VolumeShape(30, 21, 26), DataType.UInt16), Fours);
        int once = 0;
        build.Disk.Put = address =>
        {
            if (address is { Level: 1, Z: 1 } && Interlocked.Exchange(ref once, 1) == 0) build.Disk.Forget(CacheBuild.Number, IsFed);
        };
        build.Run();
        Assert.Equal(1, once);
        Assert.Equal(build.All.Where(address => !IsFed(address)).ToHashSet(), build.Disk.Chunks.Keys.ToHashSet());
        build.ComparePart();
        long before = build.Build.Source.VoxelsRead;
        build.Run();
        Assert.Equal(before, build.Build.Source.VoxelsRead);

        static bool IsFed(ChunkAddress address) => address.Z == 10 / (4 << address.Level);
    }

    /// <summary>Zeros for a slice that could not be read are in no chunk of the cache; the next walk does not read in vain.</summary>
    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Gaussian)]
    public void Chunks_of_bad_slices_are_not_kept(DownsampleMethod method)
    {
        ArraySource source = ArraySource.Random(new VolumeShape(64, 16, 16), DataType.UInt8);
        source.Problems = [.. source.Problems, new SourceProblem(SourceProblemKind.Bad, 21, 1, "/test/21.tif", "is short")];
        source.Problems = [.. source.Problems, new SourceProblem(SourceProblemKind.Missing, 40, 1, "/test", "is missing")];
        using var build = new CacheBuild(source, Fours, method);
        build.Run();
        build.ComparePart();
        foreach (ChunkAddress address in build.All)
        {
            long first = (address.Z * 4) << address.Level, end = ((address.Z + 1) * 4) << address.Level;
            bool within = first <= 21 && end > 21;
            if (within) Assert.DoesNotContain(address, build.Disk.Chunks.Keys);
            else if (method == DownsampleMethod.Mean) Assert.Contains(address, build.Disk.Chunks.Keys);
        }

        if (method == DownsampleMethod.Gaussian)
        {
            // Level 1 reaches two planes further: of chunks that end at 16 and begin at 24, none is that near; of level 2 those around are.
            Assert.Contains(new ChunkAddress(CacheBuild.Number, 1, 0, 0, 0, 0, 0), build.Disk.Chunks.Keys);
            return;
        }

        long before = source.VoxelsRead;
        build.Run();
        Assert.Equal(before, source.VoxelsRead);
    }

    [Fact]
    public void The_pace_is_asked_before_each_read()
    {
        foreach (bool decoded in (bool[])[false, true])
        {
            VolumeShape shape = new(64, 32, 32);
            ArraySource source = decoded ? Decoded(shape) : ArraySource.Random(shape, DataType.UInt8);
            using var build = new CacheBuild(source, Fours);
            using var pace = new Gate();
            int unasked = 0;
            source.Before = _ =>
            {
                if (!pace.TakePass()) Interlocked.Increment(ref unasked);
            };
            build.Disk.Putting = put =>
            {
                if (put % 100 == 50) pace.CloseForAMoment();
                return true;
            };
            build.Run(pace: pace);
            build.Compare();
            Assert.True(pace.Closings > 3);
            Assert.Equal(0, unasked);
        }
    }

    [Fact]
    public void A_pace_that_never_opens_does_not_keep_it_from_stopping()
    {
        using var build = new CacheBuild(ArraySource.Random(new VolumeShape(64, 32, 32), DataType.UInt8), Fours);
        using var pace = new Gate();
        using var stop = new CancellationTokenSource();
        build.Disk.Putting = put =>
        {
            if (put == 30)
            {
                pace.Close();
                stop.CancelAfter(50);
            }

            return true;
        };
        Assert.ThrowsAny<OperationCanceledException>(() => build.Run(pace: pace, stop: stop.Token));
        build.ComparePart();
    }

    [Fact]
    public void A_quiet_thread_and_all_that_it_starts_are_nice()
    {
        if (!OperatingSystem.IsLinux()) return;
        ArraySource source = ArraySource.Random(new VolumeShape(32, 32, 32), DataType.UInt8);
        using var build = new CacheBuild(source, Fours);
        var nice = new ConcurrentBag<int>();
        source.Before = _ => nice.Add(QuietThread.Niceness());
        build.Disk.Put = _ => nice.Add(QuietThread.Niceness());
        QuietThread.Start("test", () => build.Run()).Join();
        Assert.All(nice, value => Assert.Equal(19, value));
        Assert.NotEmpty(nice);
        Assert.Equal(0, QuietThread.Niceness());
    }

    private static ArraySource Decoded(VolumeShape shape, int channels = 1)
    {
        ArraySource source = ArraySource.Random(shape, DataType.UInt8, zeros: true);
        return new ArraySource(shape, DataType.UInt8, source.Voxels) { Unit = new ReadUnit(1, (int)shape.Y, (int)shape.X, channels, IsDecoded: true) };
    }
}
