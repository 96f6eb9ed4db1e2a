using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

public sealed class ChunkFailureTests
{
    private static readonly VolumeShape Shape = new(32, 16, 40);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_bad_plane_fails_the_chunks_that_need_it_and_no_other(int workers)
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), new ChunkShape(8, 8, 8), workers: workers);
        test.Source.Fails = region => region.Z <= 13 && 13 < region.EndZ;
        foreach (ChunkAddress address in test.Chunks().Reverse())
        {
            if (address.Z == 13 >> (3 + address.Level)) Assert.Contains("/test/array: broken on purpose", (await Assert.ThrowsAsync<SourceException>(() => test.Read(address))).Message, StringComparison.Ordinal);
            else await test.ReadAndCompare(address);
        }

        test.Source.Fails = null;
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task One_bad_neighbour_does_not_fail_the_others()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), new ChunkShape(8, 8, 8));
        test.Source.Fails = region => region.X <= 20 && 20 < region.EndX;
        foreach (ChunkAddress address in test.Chunks(1).Concat(test.Chunks(0)))
        {
            if (address.X == 20 >> (3 + address.Level)) await Assert.ThrowsAsync<SourceException>(() => test.Read(address));
            else await test.ReadAndCompare(address);
        }

        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task All_who_wait_for_a_row_with_a_bad_chunk_get_theirs()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), new ChunkShape(8, 8, 8));
        test.Source.Fails = region => region.X <= 20 && 20 < region.EndX;
        for (int round = 0; round < 50; round++)
        {
            ChunkAddress[] all = [.. test.Chunks().OrderBy(_ => Random.Shared.Next())];
            await Task.WhenAll(all.Select(address => address.X == 20 >> (3 + address.Level)
                ? Assert.ThrowsAsync<SourceException>(() => test.Read(address))
                : test.ReadAndCompare(address)));
        }

        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Errors_are_not_kept()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), new ChunkShape(8, 8, 8));
        var address = new ChunkAddress(0, 1, 0, 0, 0, 0, 0);
        for (int i = 0; i < 3; i++)
        {
            test.Source.Fails = _ => true;
            await Assert.ThrowsAsync<SourceException>(() => test.Read(address));
            Assert.False(test.Store.TryGet(address, out _));
        }

        Assert.Equal(0, test.Store.Cached);
        test.Source.Fails = null;
        await test.ReadAndCompare(address);
    }

    [Fact]
    public async Task Requests_after_the_end_are_turned_away()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), new ChunkShape(8, 8, 8));
        var address = new ChunkAddress(0, 0, 0, 0, 0, 0, 0);
        await test.Read(address);
        test.Store.Dispose();
        test.Store.Dispose();
        Assert.False(test.Store.TryGet(address, out _));
        await Assert.ThrowsAsync<OverloadException>(() => test.Read(address));
    }

    [Fact]
    public async Task The_end_ends_every_wait()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), new ChunkShape(8, 8, 8), workers: 1);
        using var gate = new Latch();
        test.Source.Before = _ => gate.Wait();
        Task<Lease>[] waiting = [.. test.Chunks().Select(address => test.Store.GetAsync(address, CancellationToken.None))];
        await TestStore.Until(() => test.Source.Reads > 0, "a worker reads");
        Task end = Task.Run(test.Store.Dispose);
        gate.Open();
        await end;
        foreach (Task<Lease> task in waiting)
        {
            try
            {
                (await task.WaitAsync(TimeSpan.FromSeconds(120))).Dispose(); // made before the end
            }
            catch (OverloadException stopped)
            {
                Assert.Equal("the program is stopping", stopped.Message);
            }
        }

        await TestStore.Until(() => test.Pool.BuffersInUse == 0, "all buffers are back");
    }

    [Fact]
    public async Task Requests_that_race_the_end_all_come_to_an_end()
    {
        for (int round = 0; round < 100; round++)
        {
            using var test = new TestStore(ArraySource.Random(new VolumeShape(8, 8, 40), DataType.UInt8), new ChunkShape(2, 2, 2));
            ChunkAddress[] all = [.. test.Chunks()];
            using var start = new Barrier(3);
            Task<int> Reader(int offset) => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    int read = 0;
                    try
                    {
                        for (; ; read++) test.Read(all[(read + offset) % all.Length]).GetAwaiter().GetResult();
                    }
                    catch (OverloadException)
                    {
                        return read;
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Task<int> first = Reader(0), second = Reader(all.Length / 2);
            start.SignalAndWait();
            Thread.SpinWait(round * 100);
            test.Store.Dispose();
            Assert.True(await first >= 0 && await second >= 0);
            await TestStore.Until(() => test.Pool.BuffersInUse == 0, "all buffers are back");
        }
    }
}
