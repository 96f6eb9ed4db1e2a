using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

/// <summary>What must not keep previews from becoming exact.</summary>
public sealed class SharpenerTests
{
    [Fact]
    public async Task A_reader_who_joins_and_leaves_does_not_end_it()
    {
        var coarsest = new ChunkAddress(0, 3, 0, 0, 0, 0, 0);
        using var test = new TestStore(
            ArraySource.Random(new VolumeShape(64, 64, 64), DataType.UInt8), new ChunkShape(8, 8, 8), previews: new PreviewOptions(PreviewMode.Auto, 0));
        using var gate = new Latch();
        int begun = 0;
        test.Source.Before = _ =>
        {
            if (test.Store.Previews.Provisional == 0) return; // it is read for the preview
            Interlocked.Increment(ref begun);
            gate.Wait();
        };
        await test.ReadAndComparePreview(coarsest);
        await TestStore.Until(() => Volatile.Read(ref begun) > 0, "the first piece is made");
        ChunkAddress part = coarsest with { Level = 1 };
        Assert.Equal(ChunkStatus.Final, test.Store.StatusOf(part)); // it is on its way
        using var cancel = new CancellationTokenSource();
        Task<Lease> reader = test.Store.GetAsync(part, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader);
        gate.Open();
        await TestStore.Until(() => test.Store.Previews == new PreviewCounts(0, 1), "it is exact");
        await test.ReadAndCompare(coarsest);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task What_is_too_dear_does_not_stand_before_what_is_not()
    {
        const int Dear = 70;
        using var gate = new Latch();
        var shape = new VolumeShape(Dear * 8192, 8192, 8192);
        using var source = new SlowSource(shape, region =>
        {
            if (region.Z == shape.Z - 32) gate.Wait();
        });
        var multiscale = new Multiscale("test", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(32, 32, 32), 9, DownsampleMethod.Mean);
        using var pool = new BufferPool(64 << 20);
        using var store = new ChunkStore([multiscale], pool, 3, previews: new PreviewOptions(PreviewMode.Auto, 0));
        try
        {
            // Somebody waits, so that it does not begin before all is given out: up to two workers for him.
            Task<Lease> waiting = store.GetAsync(new ChunkAddress(0, 0, 0, 0, (shape.Z / 32) - 1, 0, 0), CancellationToken.None);
            await Give(new ChunkAddress(0, 1, 0, 0, 0, 0, 0));
            for (int z = 0; z < Dear; z++) await Give(new ChunkAddress(0, 8, 0, 0, z, 0, 0));
            Assert.Equal(new PreviewCounts(Dear + 1, 0), store.Previews);
            gate.Open();
            (await waiting).Dispose();
            await TestStore.Until(() => store.Previews == new PreviewCounts(Dear, 1), "the one that takes no time is exact");
        }
        finally
        {
            gate.Open();
        }

        async Task Give(ChunkAddress address)
        {
            using Lease lease = await store.GetAsync(address, CancellationToken.None);
            Assert.True(lease.IsProvisional);
        }
    }
}
