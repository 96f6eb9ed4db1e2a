using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>Chunks that a chunk store reads from the disk instead of making them, and those that it keeps there.</summary>
public sealed class CachedReadingTests : IDisposable
{
    private static readonly VolumeShape Shape = new(64, 60, 90);
    private static readonly ChunkShape Chunk = new(16, 16, 16);

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<DownsampleMethod, bool> Makings { get; } = new()
    {
        { DownsampleMethod.Mean, false }, { DownsampleMethod.Mean, true }, { DownsampleMethod.Gaussian, false }, { DownsampleMethod.Max, true },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Makings))]
    public async Task A_second_walk_reads_nothing_of_the_source(DownsampleMethod method, bool isDecoded)
    {
        ChunkAddress[] walk = [];
        for (int run = 0; run < 2; run++)
        {
            ArraySource source = Source(isDecoded);
            DiskCache? disk = null;
            using (var test = new TestStore(source, Chunk, method: method, disk: multiscale => disk = Open(multiscale)))
            {
                if (run == 0) walk = [.. Walk(test)];
                foreach (ChunkAddress address in walk) await test.ReadAndCompare(address);
                if (run == 0) disk!.Flush();
                if (run == 1) Assert.Equal((0, 0), (source.Reads, source.Decodes.Count));
                if (run == 1) Assert.InRange(disk!.Counters.Hits, 1, walk.Distinct().Count());
                await test.EndWithoutLeaks();
            }

            disk!.Dispose();
        }
    }

    [Fact]
    public async Task Coarse_chunks_are_made_from_what_is_on_the_disk()
    {
        ArraySource source = Source(isDecoded: false);
        using DiskCache disk = OpenFor(source, out Multiscale multiscale);
        using (var first = new TestStore(source, Chunk, disk: _ => disk))
        {
            foreach (ChunkAddress address in first.Chunks(1)) await first.ReadAndCompare(address);
        }

        disk.Flush(); // a reader may have a chunk before the disk is offered it: now all are

        int reads = source.Reads;
        using var second = new TestStore(source, Chunk, disk: _ => disk);
        foreach (ChunkAddress address in second.Chunks(2)) await second.ReadAndCompare(address);
        Assert.Equal(reads, source.Reads);
        Assert.Equal(multiscale.Levels.Count, second.Multiscale.Levels.Count);
    }

    /// <summary>Somebody has put it there on purpose (<c>zarrfs warm --levels all</c>); whoever shows it would not keep it of its own accord.</summary>
    [Theory]
    [InlineData(Level0Caching.Auto)]
    [InlineData(Level0Caching.Never)]
    public async Task Level_0_that_is_there_is_read_from_there_whoever_keeps_it(Level0Caching later)
    {
        ArraySource source = Source(isDecoded: false);
        DiskCache? disk = null;
        using (var first = new TestStore(source, Chunk, disk: multiscale => disk = Open(multiscale)))
        {
            foreach (ChunkAddress address in first.Chunks(0).Where(address => address.Z < 2)) await first.ReadAndCompare(address);
        }

        disk!.Dispose();
        int reads = source.Reads;
        using var second = new TestStore(source, Chunk, disk: multiscale => disk = Open(multiscale, later));
        foreach (ChunkAddress address in second.Chunks(0).Where(address => address.Z < 2)) await second.ReadAndCompare(address);
        foreach (ChunkAddress address in second.Chunks(1).Where(address => address.Z == 0)) await second.ReadAndCompare(address);
        Assert.Equal(reads, source.Reads);
        foreach (ChunkAddress address in second.Chunks(0)) await second.ReadAndCompare(address);
        Assert.True(source.Reads > reads);
        disk.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_row_only_what_is_missing_is_made(bool isDecoded)
    {
        ArraySource source = Source(isDecoded);
        using DiskCache disk = OpenFor(source, out _);
        using (var first = new TestStore(source, Chunk, disk: _ => disk))
        {
            foreach (ChunkAddress address in first.Chunks(0)) await first.ReadAndCompare(address);
            disk.Flush();
        }

        disk.Dispose();
        using (DiskCache again = OpenFor(source, out _))
        {
            again.Forget(0, address => address is { Level: 0, Z: 1, X: 2 });
            int reads = source.Reads, decodes = source.Decodes.Values.Sum();
            using var second = new TestStore(source, Chunk, disk: _ => again);
            foreach (ChunkAddress address in second.Chunks(0).Where(address => address.Z != 1)) await second.ReadAndCompare(address);
            Assert.Equal((reads, decodes), (source.Reads, source.Decodes.Values.Sum()));
            foreach (ChunkAddress address in second.Chunks(0)) await second.ReadAndCompare(address);
            Assert.NotEqual((reads, decodes), (source.Reads, source.Decodes.Values.Sum()));
            if (isDecoded) Assert.InRange(source.Decodes.Values.Sum() - decodes, 16, 16);
            await second.EndWithoutLeaks();
        }
    }

    [Fact]
    public async Task A_damaged_file_is_made_again_and_kept_again()
    {
        ArraySource source = Source(isDecoded: false);
        using DiskCache disk = OpenFor(source, out Multiscale multiscale);
        var address = new ChunkAddress(0, 1, 0, 0, 1, 1, 1);
        using (var first = new TestStore(source, Chunk, disk: _ => disk)) await first.ReadAndCompare(address);
        disk.Flush();
        string file = Path.Combine(_directory.Path, "cache", DiskCache.NameOf(multiscale), "1/c/1/1/1");
        File.WriteAllBytes(file, new byte[2 * Chunk.Count]);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch); // within a tick of the clock of the file system it would have the time of before
        using (var second = new TestStore(source, Chunk, disk: _ => disk))
        {
            await second.ReadAndCompare(address);
            await TestStore.Until(() => disk.StateOf(address) == CachedState.Present, "it is kept again");
            using CachedFile? opened = second.Store.TryOpenFile(address);
            Assert.NotNull(opened);
            byte[] found = new byte[opened.Length];
            RandomAccess.Read(opened.Handle, found, 0);
            Assert.Equal(second.Expected(address), found);
        }

        Assert.Equal(1, disk.Counters.Damaged);
    }

    [Fact]
    public async Task What_a_bad_slice_has_filled_is_read_and_not_kept()
    {
        ArraySource source = Source(isDecoded: false);
        source.Before = region =>
        {
            if (region.Z <= 20 && region.EndZ > 20) source.Problems = [new SourceProblem(SourceProblemKind.Bad, 20, 1, "/test/array/20", "torn")];
        };
        using DiskCache disk = OpenFor(source, out _);
        using var test = new TestStore(source, Chunk, disk: _ => disk);
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks(); // and all are offered that were made
        disk.Flush();
        Assert.All(test.Chunks(0), address => Assert.Equal(address.Z == 1, disk.StateOf(address) == CachedState.Missing));
        Assert.All(test.Chunks(2), address => Assert.Equal(CachedState.Missing, disk.StateOf(address)));
    }

    [Fact]
    public async Task Level_0_that_is_not_kept_is_read_from_the_source_only()
    {
        ArraySource source = Source(isDecoded: false);
        DiskCache? disk = null;
        using (var test = new TestStore(source, Chunk, disk: multiscale => disk = Open(multiscale, Level0Caching.Auto)))
        {
            foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
            await TestStore.Until(() => disk!.CountOf(0, 1) == test.Chunks(1).Count(), "all of level 1 are kept");
            disk!.Flush();
            Assert.Equal(0, disk.CountOf(0, 0));
            Assert.Null(test.Store.TryOpenFile(new ChunkAddress(0, 0, 0, 0, 1, 1, 1)));
        }

        disk.Dispose();
    }

    [Fact]
    public async Task Readers_at_the_same_time_get_what_is_right_while_files_come_and_go()
    {
        ArraySource source = Source(isDecoded: true);
        using DiskCache disk = OpenFor(source, out _, most: 40L * 2 * Chunk.Count);
        using var test = new TestStore(source, Chunk, budget: 5 << 20, workers: 3, disk: _ => disk);
        ChunkAddress[] chunks = [.. test.Chunks()];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            var random = new Random(i);
            for (int n = 0; n < 150; n++) await test.ReadAndCompare(chunks[random.Next(chunks.Length)]);
        })));
        disk.Flush();
        await test.EndWithoutLeaks();
        Assert.NotEqual(0, disk.Counters.Evicted);
        Assert.Equal(0, disk.Counters.Damaged);
    }

    /// <summary>As somebody pans and zooms: neighbours in all directions, now and then a level up or down.</summary>
    private static IEnumerable<ChunkAddress> Walk(TestStore test)
    {
        var random = new Random(6);
        ChunkAddress at = new(0, 2, 0, 0, 0, 0, 0);
        for (int step = 0; step < 120; step++)
        {
            if (random.Next(4) == 0) at = new(0, random.Next(3), 0, 0, at.Z, at.Y, at.X);
            at = at with { Z = at.Z + random.Next(-1, 2), Y = at.Y + random.Next(-1, 2), X = at.X + random.Next(-1, 2) };
            VolumeShape counts = test.Multiscale.Levels[at.Level].Grid.Counts;
            at = at with { Z = Math.Clamp(at.Z, 0, counts.Z - 1), Y = Math.Clamp(at.Y, 0, counts.Y - 1), X = Math.Clamp(at.X, 0, counts.X - 1) };
            yield return at;
        }
    }

    private static ArraySource Source(bool isDecoded) => isDecoded
        ? SlabTests.Decoded(Shape, new ReadUnit(1, 60, 90, IsDecoded: true))
        : ArraySource.Random(Shape, DataType.UInt16, zeros: true);

    private DiskCache Open(Multiscale multiscale, Level0Caching level0 = Level0Caching.Always, long most = 1 << 30) => DiskCache.Open(
        new DiskCacheOptions(Path.Combine(_directory.Path, "cache"), most, level0), [multiscale], [Documents.Channels(multiscale)], NullLogger.Instance);

    private DiskCache OpenFor(ArraySource source, out Multiscale multiscale, long most = 1 << 30)
    {
        multiscale = new Multiscale("test", new Volume(source, VolumeRanges.All, null, null), Chunk, null, DownsampleMethod.Mean);
        return Open(multiscale, most: most);
    }
}
