using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

/// <summary>What has no room in memory: kept while there is a disk with room, never wrong without.</summary>
public sealed class ScratchTests : IDisposable
{
    private static readonly VolumeShape Shape = new(40, 100, 150);
    private static readonly ChunkShape Chunk = new(16, 16, 16);
    private static readonly ReadUnit Slice = new(1, 100, 150, IsDecoded: true);

    private readonly TemporaryDirectory _directory = new();
    private readonly Messages _log = new();

    [Fact]
    public async Task Its_files_have_no_names_and_are_closed()
    {
        using TestStore test = Tight(new ScratchOptions(_directory.Path, 1 << 30));
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        Assert.Equal(3, test.Store.Scratch!.OpenFiles);
        Assert.Empty(Directory.GetFiles(_directory.Path));
        Assert.Equal(3, Deleted(_directory.Path));
        await test.EndWithoutLeaks();
        Assert.Equal(0, OpenFiles.Below(_directory.Path)); // nor one of any other kind; that it needs none elsewhere cannot be counted beside other tests
    }

    [Fact]
    public async Task Without_it_everything_is_right()
    {
        using TestStore off = Tight(new ScratchOptions(_directory.Path, 0));
        Assert.Null(off.Store.Scratch);
        foreach (ChunkAddress address in off.Chunks()) await off.ReadAndCompare(address);
        await off.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_told_once()
    {
        using TestStore test = Tight(new ScratchOptions(Path.Combine(_directory.Path, "missing"), 1 << 30));
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        Assert.Contains("cannot be kept there", Assert.Single(_log.Warnings), StringComparison.Ordinal);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(10 * 4096)] // far less than a slab
    [InlineData(100 * 4096)] // a slab, but not two
    public async Task It_stays_within_its_size(long most)
    {
        using TestStore test = Tight(new ScratchOptions(_directory.Path, most));
        long highest = 0;
        foreach (ChunkAddress address in test.Chunks().Concat(test.Chunks().Reverse()))
        {
            await test.ReadAndCompare(address);
            highest = Math.Max(highest, test.Store.Scratch!.Bytes);
        }

        Assert.InRange(highest, 4096, most);
        Assert.Empty(_log.Warnings);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(1500)]
    public async Task A_disk_that_fails_midway_fails_no_read(int after)
    {
        using TestStore test = Tight(new ScratchOptions(_directory.Path, 1 << 30));
        int writes = 0;
        test.Store.Scratch!.BeforeWrite = () =>
        {
            if (Interlocked.Increment(ref writes) > after) throw new IOException("No space left on device (on purpose)");
        };
        foreach (ChunkAddress address in test.Chunks().Concat(test.Chunks().Reverse())) await test.ReadAndCompare(address);
        Assert.Contains("No space left on device", Assert.Single(_log.Warnings), StringComparison.Ordinal);
        await test.EndWithoutLeaks();
        Assert.Equal(0, Deleted(_directory.Path));
    }

    [Fact]
    public async Task A_failure_in_between_leaves_nothing_half_written()
    {
        using TestStore test = Tight(new ScratchOptions(_directory.Path, 1 << 30));
        for (int round = 0; round < 5; round++)
        {
            test.Source.Decoding = key =>
            {
                if (key.Page == 31) throw new SourceException("/test/array", "broken on purpose"); // the last of the slab
            };
            await Assert.ThrowsAsync<SourceException>(() => test.Read(new ChunkAddress(0, 0, 0, 0, 1, round, round)));
        }

        test.Source.Decoding = null;
        test.Source.Voxels.AsSpan(16 * 100 * 150, 3 * 100 * 150).Clear(); // planes whose bytes may lie half written in the scratch
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task What_nobody_has_read_is_kept_and_what_was_read_is_not()
    {
        using var test = new TestStore(
            SlabTests.Decoded(Shape, Slice), Chunk, levels: 1, workers: 1, budget: 8 << 20, scratch: new ScratchOptions(_directory.Path, 1 << 30));
        ChunkAddress[] slab = [.. test.Chunks().Where(address => address.Z == 1)];
        foreach (ChunkAddress address in slab.Take(20)) await test.ReadAndCompare(address);
        Assert.Equal(0, test.Store.Scratch!.Bytes);
        ChunkBuffer? most = null; // all must go, as soon as who made them has let go of them too
        await TestStore.Until(() => (most ??= test.Pool.TryRent((8 << 20) - 4096)) is not null && test.Store.Cached == 0, "nothing is in memory");
        most!.Release();
        Assert.Equal((slab.Length - 20) * 4096, test.Store.Scratch.Bytes);

        int decoded = test.Source.Decodes.Values.Sum();
        foreach (ChunkAddress address in slab.Skip(20)) await test.ReadAndCompare(address);
        Assert.Equal(decoded, test.Source.Decodes.Values.Sum());
        await test.ReadAndCompare(slab[0]);
        Assert.True(test.Source.Decodes.Values.Sum() > decoded);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Two_slabs_in_turn_do_not_drive_each_other_out()
    {
        using TestStore test = Tight(new ScratchOptions(_directory.Path, 1 << 30));
        ChunkAddress[][] slabs = [.. test.Chunks().GroupBy(address => address.Z).Select(slab => slab.ToArray())];
        for (int i = 0; i < slabs[0].Length; i++)
        {
            await test.ReadAndCompare(slabs[0][i]);
            await test.ReadAndCompare(slabs[1][i]);
        }

        SlabTests.AssertDecodedOnce(test, 32);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Reading_back_does_not_wait_for_another_slab()
    {
        using TestStore test = Tight(new ScratchOptions(_directory.Path, 1 << 30));
        ChunkAddress last = test.Chunks().Last(address => address.Z == 0);
        await test.ReadAndCompare(last with { Y = 0, X = 0 });
        Assert.True(test.Store.Scratch!.Contains(last));
        Assert.False(test.Store.TryGet(last, out _));

        int decoded = 0;
        using Latch asked = new(), answered = new();
        test.Source.Decoding = _ =>
        {
            int number = Interlocked.Increment(ref decoded);
            asked.Wait();
            if (number > 14) answered.Wait(); // of 16: the slab is not done before the other chunk is read back
        };
        try
        {
            Task slab = test.ReadAndCompare(last with { Z = 1 });
            await TestStore.Until(() => Volatile.Read(ref decoded) >= 2, "both workers decode");
            Task other = test.ReadAndCompare(last);
            asked.Open();
            await other;
            Assert.False(slab.IsCompleted);
            answered.Open();
            await slab;
        }
        finally
        {
            asked.Open();
            answered.Open();
        }

        SlabTests.AssertDecodedOnce(test, 32);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public void Sizes_come_from_what_is_free()
    {
        ScratchOptions options = ScratchOptions.In(_directory.Path);
        Assert.InRange(options.MaxBytes, 1, 64L << 30);
        Assert.Equal(0, ScratchOptions.In("").MaxBytes);
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Files of a directory that are open without a name.</summary>
    private static int Deleted(string directory) => Directory.GetFiles("/proc/self/fd")
        .Select(Target)
        .Count(target => target.StartsWith(directory, StringComparison.Ordinal) && target.EndsWith("(deleted)", StringComparison.Ordinal));

    private static string Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName ?? "";
        }
        catch (IOException)
        {
            return ""; // another test has closed it meanwhile
        }
    }

    /// <summary>A store with hardly more memory than it needs, so that most of a slab goes to the scratch.</summary>
    private TestStore Tight(ScratchOptions scratch)
    {
        ArraySource source = SlabTests.Decoded(Shape, Slice);
        var volume = new Multiscale("least", new Volume(source, VolumeRanges.All, null, null), Chunk, 1, DownsampleMethod.Mean);
        return new TestStore(source, Chunk, levels: 1, workers: 2, budget: (2 * RowWidth.LeastBytes(volume)) + 50_000, scratch: scratch, logger: _log);
    }

    private sealed class Messages : ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _warnings = new();

        public IReadOnlyCollection<string> Warnings => _warnings;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _warnings.Enqueue(formatter(state, exception));
    }
}
