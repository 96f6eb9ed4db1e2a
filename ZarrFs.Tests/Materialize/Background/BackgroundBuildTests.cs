using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize.Background;

public sealed class BackgroundBuildTests : IDisposable
{
    private static readonly ChunkShape Chunk = new(16, 16, 16);

    private readonly BufferPool _pool = new(64 << 20);
    private readonly RecordedLog _log = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void All_volumes_are_built_and_told()
    {
        ArraySource[] sources = [Source(1), Source(2)];
        Multiscale[] volumes = [.. sources.Select(Volume)];
        var disk = new FakeDisk { FirstKept = 0 };
        var told = new List<ChunkAddress>();
        var build = new BackgroundBuild(volumes, disk, _pool, Options(BuildPyramidOption.Auto), _log, told.Add);
        Assert.All(build.Status, status => Assert.Equal(BuildState.Waiting, status.State));
        build.Run(CancellationToken.None);
        Compare(disk, volumes, sources, [LevelSet.From(1), LevelSet.From(1)]);
        Assert.Equal(disk.Chunks.Keys.ToHashSet(), told.ToHashSet());
        foreach (BuildStatus status in build.Status)
        {
            Assert.Equal((BuildState.Done, "1–3"), (status.State, status.Levels.Below(4).ToString()));
            Assert.Equal(sources[0].Shape.Count, status.DoneBytes);
            Assert.Equal(status.TotalBytes, status.DoneBytes);
        }

        Assert.Contains(_log.Lines, line => line.Message.Contains("levels 1–3 are built in the background", StringComparison.Ordinal));
        Assert.Equal(0, _pool.BuffersInUse);

        // As after a restart.
        long[] before = [.. sources.Select(source => source.VoxelsRead)];
        new BackgroundBuild(volumes, disk, _pool, Options(BuildPyramidOption.Auto), _log).Run(CancellationToken.None);
        Assert.Equal(before, sources.Select(source => source.VoxelsRead));
    }

    [Theory]
    [InlineData("auto", 1_000_000, "1–3", null)]
    [InlineData("auto", 400_000, "2–3", LogLevel.Information)]
    [InlineData("levels>=1", 400_000, "2–3", LogLevel.Warning)]
    [InlineData("levels>=0", 4_000_000, "0–3", null)]
    [InlineData("levels>=0", 1_000_000, "1–3", LogLevel.Warning)]
    [InlineData("levels>=3", 4096, "3", null)]
    [InlineData("levels>=3", 4095, "none", LogLevel.Warning)]
    [InlineData("off", 4_000_000, "none", null)]
    public void Only_what_fits_is_built(string asked, long limit, string levels, LogLevel? told)
    {
        // 6³, 3³, 2³ and 1 chunks of level 0 to 3, of 4096 bytes each.
        ArraySource source = ArraySource.Random(new VolumeShape(96, 96, 96), DataType.UInt8);
        Multiscale volume = Volume(source);
        var disk = new FakeDisk();
        if (limit == 400_000) limit = 27 * 4096 - 1;
        if (limit == 1_000_000) limit = 36 * 4096;
        var build = new BackgroundBuild([volume], disk, _pool, Options(BuildPyramidOption.Parse(asked)) with { MaxBytes = limit }, _log);
        build.Run(CancellationToken.None);
        Assert.Equal(levels, build.Status[0].Levels.Below(4).ToString());
        Compare(disk, [volume], [source], [build.Status[0].Levels]);
        Assert.InRange(disk.Chunks.Values.Sum(chunk => (long)chunk.Length), 0, limit);
        Assert.Equal(levels == "none" ? BuildState.Skipped : BuildState.Done, build.Status[0].State);
        if (told is { } level) Assert.Contains(_log.Lines, line => line.Level == level && line.Message.Contains("take", StringComparison.Ordinal));
        else Assert.DoesNotContain(_log.Lines, line => line.Message.Contains("take", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_several_volumes_the_largest_levels_are_left_out_first()
    {
        Multiscale large = Volume(ArraySource.Random(new VolumeShape(96, 96, 96), DataType.UInt8)), small = Volume(ArraySource.Random(new VolumeShape(32, 32, 32), DataType.UInt8));
        LevelSet wanted = LevelSet.From(0);
        Assert.Equal(["0–3", "0–1"], Fit(261));
        Assert.Equal(["1–3", "0–1"], Fit(260));
        Assert.Equal(["1–3", "0–1"], Fit(45));
        Assert.Equal(["2–3", "0–1"], Fit(44));
        Assert.Equal(["none", "none"], Fit(0));

        string[] Fit(int chunks) =>
            [.. CacheSpace.Fit([large, small], [wanted.Below(4), wanted.Below(2)], chunks * 4096L).Select(levels => levels.ToString())];
    }

    [Fact]
    public void A_source_that_fails_is_tried_again_and_others_are_built_meanwhile()
    {
        ArraySource[] sources = [Source(1), Source(2)];
        Multiscale[] volumes = [.. sources.Select(Volume)];
        int fails = 10_000;
        bool second = false;
        sources[0].Fails = region => region.Z >= 40 && region.Y == 0 && region.X == 0 && !Volatile.Read(ref second) && Interlocked.Decrement(ref fails) >= 0;
        var disk = new FakeDisk();
        var build = new BackgroundBuild(
            volumes, disk, _pool, Options(BuildPyramidOption.Auto) with { RetryAfter = TimeSpan.FromMilliseconds(1) }, _log,
            address => second |= address.Volume == 1 && Volatile.Read(ref fails) < 10_000);
        build.Run(CancellationToken.None);
        Assert.True(second, "the other volume came while the first one failed");
        Compare(disk, volumes, sources, [LevelSet.From(1), LevelSet.From(1)]);
        (LogLevel level, string message) = Assert.Single(_log.Lines, line => line.Message.Contains("broken on purpose", StringComparison.Ordinal)); // not each time
        Assert.Equal(LogLevel.Warning, level);
        Assert.Equal(BuildState.Done, build.Status[0].State);
        Assert.Null(build.Status[0].Reason);
    }

    [Fact]
    public void Too_little_memory_is_told_and_nothing_is_built()
    {
        var disk = new FakeDisk();
        var build = new BackgroundBuild([Volume(Source(1))], disk, _pool, Options(BuildPyramidOption.Auto) with { MemoryBytes = 1 << 19 }, _log);
        build.Run(CancellationToken.None);
        Assert.Empty(disk.Chunks);
        Assert.Equal(BuildState.Skipped, build.Status[0].State);
        Assert.Contains("memory", build.Status[0].Reason, StringComparison.Ordinal);
        Assert.Contains(_log.Lines, line => line.Level == LogLevel.Warning && line.Message.Contains("--memory", StringComparison.Ordinal));
    }

    [Fact]
    public void Memory_stays_within_its_part()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(96, 96, 96), DataType.UInt8);
        using var pool = new BufferPool(16 << 20);
        var build = new BackgroundBuild([Volume(source)], new FakeDisk(), pool, Options(BuildPyramidOption.Auto) with { MemoryBytes = 3 << 20 }, _log);
        long most = 0;
        source.Before = _ => most = Math.Max(Volatile.Read(ref most), pool.InUse);
        build.Run(CancellationToken.None);
        Assert.Equal(BuildState.Done, build.Status[0].State);
        Assert.InRange(most, 1, 3 << 20);
    }

    [Fact]
    public void Volume_in_the_place_of_another_has_its_room()
    {
        // 3³, 2³ and 1 chunks of level 1 to 3: the room is for one such volume.
        ArraySource[] sources = [.. Enumerable.Range(0, 3).Select(seed => ArraySource.Random(new VolumeShape(96, 96, 96), DataType.UInt8, seed))];
        var volumes = new VolumeList([Volume(sources[0])]);
        var disk = new FakeDisk();
        using var build = new BackgroundBuild(volumes, disk, _pool, Options(BuildPyramidOption.Auto) with { MaxBytes = 36 * 4096 }, _log);
        volumes.Add([Volume(sources[1]), Volume(sources[2])]);
        build.Add(2, [volumes[2]], leaving: 0); // 1 came to nothing
        Assert.True(build.RemoveAsync(0).IsCompleted && build.RemoveAsync(7).IsCompleted);
        build.Run(CancellationToken.None);
        Assert.Equal((BuildState.Done, "1–3"), (build.Status[2].State, build.Status[2].Levels.Below(4).ToString()));
        Assert.Equal([2], disk.Chunks.Keys.Select(address => address.Volume).Distinct());
    }

    [Fact]
    public void Memory_is_asked_for_when_it_is_needed()
    {
        long now = 16 << 20;
        using var build = new BackgroundBuild([Volume(Source(1))], new FakeDisk(), _pool, Options(BuildPyramidOption.Auto) with { MemoryNow = () => now }, _log);
        now = 1 << 19;
        build.Run(CancellationToken.None);
        Assert.Equal(BuildState.Skipped, build.Status[0].State);
    }

    private static BackgroundOptions Options(BuildPyramidOption pyramid) => new(pyramid, MaxBytes: 1 << 30, MemoryBytes: 16 << 20, Workers: 2);

    private static ArraySource Source(int seed) => ArraySource.Random(new VolumeShape(70, 65, 80), DataType.UInt8, seed, zeros: true);

    private static Multiscale Volume(ArraySource source) => new("test", new Volume(source, VolumeRanges.All, null, null), Chunk, null, DownsampleMethod.Mean);

    private static void Compare(FakeDisk disk, Multiscale[] volumes, ArraySource[] sources, LevelSet[] levels)
    {
        int chunks = 0;
        for (int number = 0; number < volumes.Length; number++)
        {
            var oracle = new PlainPyramid(sources[number].Shape, sources[number].DataType, sources[number].Voxels, volumes[number].Method, volumes[number].Levels.Count);
            foreach (Level level in volumes[number].Levels.Where(level => levels[number].Contains(level.Index)))
            {
                chunks += (int)CacheSpace.Chunks(level);
                for (long z = 0; z < level.Grid.Counts.Z; z++)
                {
                    for (long y = 0; y < level.Grid.Counts.Y; y++)
                    {
                        for (long x = 0; x < level.Grid.Counts.X; x++)
                        {
                            byte[] found = disk.Chunks[new ChunkAddress(number, level.Index, 0, 0, z, y, x)];
                            byte[] expected = oracle.Chunk(new ChunkAddress(0, level.Index, 0, 0, z, y, x), Chunk);
                            Assert.True(found.AsSpan().SequenceEqual(found.Length == 0 ? default : expected));
                            if (found.Length == 0) Assert.False(expected.AsSpan().ContainsAnyExcept((byte)0));
                        }
                    }
                }
            }
        }

        Assert.Equal(chunks, disk.Chunks.Count);
    }

    private sealed class RecordedLog : ILogger
    {
        public List<(LogLevel Level, string Message)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add((logLevel, formatter(state, exception)));
        }
    }
}
