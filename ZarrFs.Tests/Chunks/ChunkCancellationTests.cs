using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

public sealed class ChunkCancellationTests
{
    private static readonly ChunkAddress Coarsest = new(0, 2, 0, 0, 0, 0, 0);

    [Fact]
    public async Task Work_stops_when_nobody_waits_any_more()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(32, 32, 32), DataType.UInt8), new ChunkShape(8, 8, 8));
        using var gate = new Latch();
        using var cancel = new CancellationTokenSource();
        test.Source.Before = _ => gate.Wait();
        Task<Lease> task = test.Store.GetAsync(Coarsest, cancel.Token);
        await TestStore.Until(() => test.Source.Reads > 0, "a worker reads");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        gate.Open();
        await TestStore.Until(() => test.Store.InFlight == 0, "no chunk is on its way");
        Assert.InRange(test.Source.Reads, 1, 2); // each of the two workers ends the plane it is at; there are 8 × 16 of them
        test.Source.Before = null;
        await test.ReadAndCompare(Coarsest);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Work_goes_on_for_those_who_still_wait()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(32, 32, 32), DataType.UInt8), new ChunkShape(8, 8, 8));
        using var gate = new Latch();
        using var cancel = new CancellationTokenSource();
        test.Source.Before = _ => gate.Wait();
        Task<Lease> leaves = test.Store.GetAsync(Coarsest, cancel.Token);
        Task stays = test.ReadAndCompare(Coarsest);
        await TestStore.Until(() => test.Source.Reads > 0, "a worker reads");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        gate.Open();
        await stays;
        Assert.Equal(32 * 32 * 32, test.Source.VoxelsRead);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task What_a_cancelled_job_was_making_is_made_for_others_who_want_it()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(32, 32, 32), DataType.UInt8), new ChunkShape(8, 8, 8));
        using var gate = new Latch();
        using var cancel = new CancellationTokenSource();
        test.Source.Before = _ => gate.Wait();
        Task<Lease> leaves = test.Store.GetAsync(Coarsest, cancel.Token);
        await TestStore.Until(() => test.Source.Reads > 0, "a worker reads");
        Task[] parts = [.. test.Chunks(0).Concat(test.Chunks(1)).Select(test.ReadAndCompare)];
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        gate.Open();
        await Task.WhenAll(parts);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_queued_chunk_that_nobody_wants_is_never_begun()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(32, 32, 32), DataType.UInt8), new ChunkShape(8, 8, 8), workers: 1);
        using var gate = new Latch();
        using var cancel = new CancellationTokenSource();
        test.Source.Before = _ => gate.Wait();
        Task first = test.ReadAndCompare(new ChunkAddress(0, 0, 0, 0, 0, 0, 0));
        await TestStore.Until(() => test.Source.Reads > 0, "the worker reads");
        Task<Lease> queued = test.Store.GetAsync(Coarsest, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        gate.Open();
        await first;
        await test.ReadAndCompare(new ChunkAddress(0, 0, 0, 0, 0, 0, 1)); // has taken its turn after the cancelled one
        Assert.Equal(8 * 8 * 32, test.Source.VoxelsRead);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_cancelled_token_asks_for_nothing()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(8, 8, 8), DataType.UInt8), new ChunkShape(8, 8, 8));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Store.GetAsync(default, new CancellationToken(true)));
        Assert.Equal(0, test.Source.Reads);
        Assert.Equal(0, test.Store.InFlight);
    }

    [Fact]
    public async Task A_long_lived_token_collects_nothing()
    {
        using var test = new TestStore(ArraySource.Random(new VolumeShape(8, 8, 80), DataType.UInt8), new ChunkShape(8, 8, 8), levels: 1);
        using var cancel = new CancellationTokenSource();
        foreach (ChunkAddress address in test.Chunks())
        {
            using Lease lease = await test.Store.GetAsync(address, cancel.Token);
            Assert.Equal(512, lease.Length);
        }

        await cancel.CancelAsync(); // finds nobody: what is finished stays finished
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }
}
