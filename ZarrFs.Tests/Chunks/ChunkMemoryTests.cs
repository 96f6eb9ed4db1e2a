using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

public sealed class ChunkMemoryTests
{
    private const int Readers = 16;

    [Theory]
    [InlineData(1, 64, null)]
    [InlineData(2, 64, null)]
    [InlineData(4, 32, null)]
    [InlineData(3, 32, 7)]
    public async Task Sixteen_readers_in_the_least_memory_get_the_right_bytes(int workers, int chunk, int? levels) =>
        await Soak(workers, chunk, levels, rounds: 1200 / chunk, spare: 0, cancels: false, failures: false);

    /// <summary>Chunks that need parts of 64 others, whose neighbours need the same at the same time.</summary>
    [Theory]
    [InlineData(1, 32, false)]
    [InlineData(2, 16, true)]
    [InlineData(4, 32, true)]
    [InlineData(3, 2, false)]
    public async Task Sixteen_readers_of_smooth_levels_in_the_least_memory_get_the_right_bytes(int workers, int chunk, bool cancelsAndFailures) =>
        await Soak(
            workers, chunk, null, rounds: Math.Min(40, 500 / chunk), spare: 0, cancels: cancelsAndFailures, failures: cancelsAndFailures, DownsampleMethod.Gaussian);

    [Theory]
    [InlineData(1, 32)]
    [InlineData(2, 64)]
    [InlineData(4, 16)]
    public async Task Cancelling_at_random_leaks_nothing(int workers, int chunk) =>
        await Soak(workers, chunk, null, rounds: 1500 / chunk, spare: 1 << 20, cancels: true, failures: false);

    [Theory]
    [InlineData(1, 32)]
    [InlineData(2, 16)]
    [InlineData(4, 32)]
    public async Task Failing_and_cancelling_at_random_leaks_nothing(int workers, int chunk) =>
        await Soak(workers, chunk, null, rounds: 1200 / chunk, spare: 0, cancels: true, failures: true);

    [Fact]
    public async Task When_readers_keep_all_memory_others_are_turned_away_and_served_later()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(64, 64, 640), DataType.UInt8), new ChunkShape(64, 64, 64), levels: 1, workers: 1, budget: 2 << 20);
        var kept = new List<Lease>();
        for (int x = 0; x < 6; x++) kept.Add(await test.Store.GetAsync(new ChunkAddress(0, 0, 0, 0, 0, 0, x), default));
        using var impatient = new CancellationTokenSource();
        Task<Lease> late = test.Store.GetAsync(new ChunkAddress(0, 0, 0, 0, 0, 0, 9), impatient.Token);
        Assert.False(late.IsCompleted);
        await impatient.CancelAsync(); // a worker that waits for memory is woken too
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        await TestStore.Until(() => test.Store.InFlight == 0, "no chunk is on its way");

        kept.ForEach(lease => lease.Dispose());
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public void A_budget_too_small_for_the_workers_is_refused()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(64, 64, 64), DataType.UInt16);
        var multiscale = new Multiscale("small", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(32, 32, 32), null, DownsampleMethod.Mean);
        int most = ChunkStore.MostWorkers([multiscale], 8 << 20);
        Assert.True(most > 1);
        using var pool = new BufferPool(8 << 20);
        new ChunkStore([multiscale], pool, most).Dispose();
        var refused = Assert.Throws<OptionException>(() => new ChunkStore([multiscale], pool, most + 1));
        Assert.Equal("--memory", refused.Option);
        Assert.Contains("8 MiB is too little for 'small'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("at least 9 MiB", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chunks_of_nearly_2_GiB_are_counted_without_overflow()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(4, 4, 4), DataType.UInt8);
        var multiscale = new Multiscale("large", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(2, 1 << 15, (1 << 15) - 2), 32, DownsampleMethod.Mean);
        Assert.Equal((1L << 31) - (1 << 17), multiscale.ChunkBytes);
        Assert.Equal(0, ChunkStore.MostWorkers([multiscale], 100L << 30));
        Assert.InRange(ChunkStore.MostWorkers([multiscale], 1L << 40), 5, 10);
        using var pool = new BufferPool(2L << 30);
        Assert.Throws<OptionException>(() => new ChunkStore([multiscale], pool, 1024));
    }

    /// <summary>Random readers over all levels in the least budget there is, each checking what it gets.</summary>
    private static async Task Soak(int workers, int chunk, int? levels, int rounds, long spare, bool cancels, bool failures, DownsampleMethod method = DownsampleMethod.Nearest)
    {
        ArraySource source = ArraySource.Random(new VolumeShape((3 * chunk) - 5, 3 * chunk, (5 * chunk) + 1), DataType.UInt8);
        var shape = new ChunkShape(chunk, chunk, chunk);
        var multiscale = new Multiscale("least", new Volume(source, VolumeRanges.All, null, null), shape, levels, method);
        long budget = Math.Max(1 << 20, workers * RowWidth.LeastBytes(multiscale)) + spare;
        using var test = new TestStore(source, shape, levels, method, workers, budget);
        Dictionary<ChunkAddress, byte[]> expected = test.Chunks().ToDictionary(address => address, test.Expected);
        ChunkAddress[] all = [.. expected.Keys];
        if (failures) source.Fails = _ => Random.Shared.Next(40) == 0;

        using var done = new CancellationTokenSource();
        Task<long> highest = Task.Factory.StartNew(
            () =>
            {
                long most = 0;
                bool isLast;
                do
                {
                    isLast = done.IsCancellationRequested; // once more after it: all may be over before this thread has run twice
                    most = Math.Max(most, test.Pool.Committed);
                    Thread.Yield();
                }
                while (!isLast);

                return most;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            int[] read = await Task.WhenAll(Enumerable.Range(0, Readers).Select(seed => Task.Run(() => Reader(test, all, expected, new Random(seed), rounds, cancels))))
                .WaitAsync(TimeSpan.FromMinutes(6));
            Assert.True(read.Sum() > 0);
        }
        finally
        {
            await done.CancelAsync();
        }

        Assert.InRange(await highest, 1, budget);

        source.Fails = null;
        foreach (ChunkAddress address in all) Assert.Equal(expected[address], await test.Read(address));
        await test.EndWithoutLeaks();
    }

    private static async Task<int> Reader(
        TestStore test, ChunkAddress[] all, Dictionary<ChunkAddress, byte[]> expected, Random random, int rounds, bool cancels)
    {
        int read = 0;
        for (int i = 0; i < rounds; i++)
        {
            ChunkAddress address = all[random.Next(2) == 0 ? random.Next(all.Length) : all.Length - 1 - random.Next(Math.Min(all.Length, 20))];
            using var cancel = new CancellationTokenSource();
            Task<Lease> task = test.Store.GetAsync(address, cancel.Token);
            if (cancels && random.Next(2) == 0)
            {
                for (int wait = random.Next(50); wait > 0; wait--) await Task.Yield();
                await cancel.CancelAsync();
            }

            try
            {
                using Lease lease = await task;
                Assert.True(lease.Span.SequenceEqual(expected[address]), $"{address} is not what it should be");
                read++;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                continue;
            }
            catch (SourceException) when (test.Source.Fails is not null)
            {
                continue;
            }
        }

        return read;
    }
}
