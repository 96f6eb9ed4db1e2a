using System.Collections.Concurrent;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

/// <summary>When a chunk is a preview, and how its exact bytes come in its place.</summary>
public sealed class PreviewStoreTests
{
    private const int Chunk1 = 16 * 16 * 16; // what an exact chunk of level 1 costs

    private static readonly VolumeShape Shape = new(64, 64, 64);
    private static readonly ChunkAddress Coarsest = new(0, 3, 0, 0, 0, 0, 0);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(Chunk1 - 1, 1)]
    [InlineData(Chunk1, 2)]
    [InlineData(8 * Chunk1, 3)]
    [InlineData(64 * Chunk1, 4)]
    public async Task Levels_whose_chunks_cost_more_than_the_budget_are_previews(long budget, int firstPreview)
    {
        using TestStore test = Make(budget);
        foreach (ChunkAddress address in test.Chunks().Reverse())
        {
            // From the coarsest on, so that nothing is there that a chunk is made of.
            bool isPreview = address.Level >= firstPreview;
            Assert.Equal(isPreview ? ChunkStatus.Provisional : ChunkStatus.Final, test.Store.StatusOf(address));
            if (isPreview) await test.ReadAndComparePreview(address);
            else await test.ReadAndCompare(address);
        }

        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_chunk_whose_parts_are_there_costs_nothing()
    {
        using TestStore test = Make(Chunk1);
        var changed = new ConcurrentQueue<ChunkAddress>();
        test.Store.OnChanged(changed.Enqueue);
        var second = new ChunkAddress(0, 2, 0, 0, 1, 1, 1);
        await test.ReadAndComparePreview(second);
        await test.ReadAndComparePreview(Coarsest);
        Assert.Equal(2, test.Store.Previews.Provisional);
        foreach (ChunkAddress address in test.Chunks(1)) await test.ReadAndCompare(address);

        Assert.Equal(ChunkStatus.Final, test.Store.StatusOf(second));
        Assert.False(test.Store.TryGet(second, out _)); // the preview is there, but the exact chunk would be made
        Assert.Empty(changed);
        await test.ReadAndCompare(second);
        await TestStore.Until(() => !changed.IsEmpty, "who was given the preview is told, just after the reader has the chunk");
        Assert.Equal([second], changed);
        Assert.True(test.Store.TryGet(second, out Lease exact));
        Assert.False(exact.IsProvisional);
        exact.Dispose();
        await test.ReadAndCompare(Coarsest);
        await TestStore.Until(() => changed.Count > 1, "and again");
        Assert.Equal([second, Coarsest], changed);
        Assert.Equal(new PreviewCounts(0, 0), test.Store.Previews);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Who_was_given_a_preview_is_told_once()
    {
        using TestStore test = Make(0);
        var changed = new ConcurrentQueue<ChunkAddress>();
        test.Store.OnChanged(changed.Enqueue);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => test.ReadAndComparePreview(Coarsest)));
        Assert.True(test.Store.TryGet(Coarsest, out Lease preview));
        int cached = test.Store.Cached;
        test.Store.Exact(Coarsest);
        test.Store.Exact(Coarsest);
        test.Store.Exact(Coarsest with { Level = 2 }); // was given to nobody
        Assert.Equal([Coarsest], changed);
        Assert.Equal(cached - 1, test.Store.Cached);
        Assert.False(test.Store.TryGet(Coarsest, out _));
        Assert.True(preview.Span.SequenceEqual(test.ExpectedPreview(Coarsest))); // as long as the lease is out
        preview.Dispose();
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Sixteen_readers_of_one_preview_cost_one_reading()
    {
        using TestStore test = Make(0);
        using var gate = new Latch();
        test.Source.Before = _ => gate.Wait();
        Task[] readers = [.. Enumerable.Range(0, 16).Select(_ => test.ReadAndComparePreview(Coarsest))];
        await TestStore.Until(() => test.Source.Reads > 0, "a worker reads");
        gate.Open();
        await Task.WhenAll(readers);
        Assert.Equal(8 * 8 * 64, test.Source.VoxelsRead);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Reading_for_a_preview_stops_when_nobody_waits_any_more()
    {
        using TestStore test = Make(0);
        using var gate = new Latch();
        using var cancel = new CancellationTokenSource();
        test.Source.Before = _ => gate.Wait();
        Task<Lease> task = test.Store.GetAsync(Coarsest, cancel.Token);
        await TestStore.Until(() => test.Source.Reads > 0, "a worker reads");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        gate.Open();
        await TestStore.Until(() => test.Store.InFlight == 0, "no chunk is on its way");
        Assert.InRange(test.Source.Reads, 1, 2); // each of the two workers ends its row
        test.Source.Before = null;
        await test.ReadAndComparePreview(Coarsest);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task One_bad_neighbour_does_not_fail_the_others()
    {
        using TestStore test = Make(0);
        test.Source.Fails = region => region.X <= 20 && 20 < region.EndX;
        foreach (ChunkAddress address in test.Chunks(1))
        {
            if (address.X == 1) await Assert.ThrowsAsync<SourceException>(() => test.Read(address));
            else await test.ReadAndComparePreview(address);
        }

        test.Source.Fails = null;
        foreach (ChunkAddress address in test.Chunks(1)) await test.ReadAndComparePreview(address);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Gaussian)]
    [InlineData(DownsampleMethod.Max)]
    public async Task What_was_given_as_preview_is_made_exact_and_told_once(DownsampleMethod method)
    {
        // One worker is held up below, and perhaps another, who waits for the piece that it helps with: the third gives the previews out.
        using TestStore test = Make(0, method, sharpens: true, workers: 3);
        var changed = new ConcurrentQueue<ChunkAddress>();
        test.Store.OnChanged(changed.Enqueue);
        ChunkAddress[] given = [Coarsest, .. test.Chunks(2).Take(3), .. test.Chunks(1).Skip(30).Take(2)];

        // Somebody waits, so that it does not begin before all are given out.
        using var gate = new Latch();
        int reads = 0;
        test.Source.Before = _ =>
        {
            if (Interlocked.Increment(ref reads) > 1) return;
            gate.Wait();
            throw new SourceException("/test/array", "tried again"); // or the source would be taken for as slow as the wait was long
        };
        Task waiting = test.ReadAndCompare(test.Chunks(0).First());
        await TestStore.Until(() => Volatile.Read(ref reads) > 0, "a worker reads");
        foreach (ChunkAddress address in given) await test.ReadAndComparePreview(address);
        gate.Open();
        await waiting;
        await TestStore.Until(() => test.Store.Previews.Provisional == 0, "all is exact");
        await TestStore.Until(() => changed.Count >= given.Length, "who was given the last one is told, just after it is none any more");
        foreach (ChunkAddress address in given)
        {
            Assert.Single(changed, address);
            Assert.Equal(ChunkStatus.Final, test.Store.StatusOf(address));
            await test.ReadAndCompare(address);
        }

        Assert.Equal(given.Length, changed.Count);
        await TestStore.Until(() => test.Store.Previews.Sharpened == given.Length, "all is counted");
        // What was made as a part is not kept: the three levels hold 8 + 64 + 512 chunks below the coarsest.
        await TestStore.Until(() => test.Store.Cached <= given.Length + 64 + 1, "the parts are gone");
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Nothing_is_sharpened_where_memory_is_full()
    {
        using var test = new TestStore(
            ArraySource.Random(new VolumeShape(256, 256, 256), DataType.UInt8), new ChunkShape(32, 32, 32), budget: 8 << 20,
            previews: new PreviewOptions(PreviewMode.Auto, 0));
        // Room for the two rows that the preview is read with, and for 4 chunks; 60 are needed for the parts of one.
        List<ChunkBuffer> held = [];
        while (test.Pool.Budget - test.Pool.InUse >= (2 * BandReader.ScratchBytes) + (5 * 32768)) held.Add(test.Pool.Rent(32768, default, default));
        await test.ReadAndComparePreview(Coarsest);
        long read = test.Source.VoxelsRead;
        await Task.Delay(600); // it would have begun
        Assert.Equal(read, test.Source.VoxelsRead);
        Assert.Equal(new PreviewCounts(1, 0), test.Store.Previews);
        await test.ReadAndComparePreview(Coarsest);
        held.ForEach(buffer => buffer.Release());
        await test.Read(Coarsest); // has it looked for again, however long ago it was given up
        await TestStore.Until(() => test.Store.Previews == new PreviewCounts(0, 1), "there is room now");
        await test.ReadAndCompare(Coarsest);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task What_cannot_be_made_exact_stays_a_preview_and_is_not_tried_again_and_again()
    {
        using TestStore test = Make(0, sharpens: true);
        int tried = 0;
        test.Source.Fails = _ =>
        {
            if (test.Store.Previews.Provisional == 0) return false; // it is read for the preview
            Interlocked.Increment(ref tried);
            return true;
        };
        await test.ReadAndComparePreview(Coarsest);
        await TestStore.Until(() => Volatile.Read(ref tried) > 0, "it is tried");
        await TestStore.Until(() => test.Store.InFlight == 0, "no chunk is on its way");
        await Task.Delay(500);
        Assert.InRange(tried, 1, 16); // one piece, on two workers
        Assert.Equal(1, test.Store.Previews.Provisional);
        await test.ReadAndComparePreview(Coarsest);
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean, false, false)]
    [InlineData(DownsampleMethod.Mean, true, true)]
    [InlineData(DownsampleMethod.Gaussian, false, true)]
    [InlineData(DownsampleMethod.Nearest, false, true)]
    public async Task Eight_readers_get_the_right_bytes_of_one_kind_or_the_other(DownsampleMethod method, bool decoded, bool cancels)
    {
        var shape = new ChunkShape(16, 16, 16);
        var source = new ArraySource(new VolumeShape(75, 80, 97), DataType.UInt8, ArraySource.Random(new VolumeShape(75, 80, 97), DataType.UInt8).Voxels)
        {
            Unit = new Core.Sources.ReadUnit(1, decoded ? 80 : 1, 97, 1, decoded),
        };
        var multiscale = new Multiscale("least", new Volume(source, VolumeRanges.All, null, null), shape, null, method);
        long least = Math.Max(1 << 20, 2 * RowWidth.LeastBytes(multiscale));
        using var test = new TestStore(source, shape, method: method, workers: 2, budget: least, previews: new PreviewOptions(PreviewMode.Auto, 3 * 32 * 32 * 32));
        ChunkAddress[] all = [.. test.Chunks()];
        Dictionary<ChunkAddress, byte[]> exact = all.ToDictionary(address => address, test.Expected);
        Dictionary<ChunkAddress, byte[]> previews = all.Where(address => address.Level > 0).ToDictionary(address => address, test.ExpectedPreview);
        int[] provisional = new int[8];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(reader => Task.Run(async () =>
        {
            var random = new Random(reader);
            for (int i = 0; i < 300; i++)
            {
                ChunkAddress address = all[random.Next(2) == 0 ? random.Next(all.Length) : all.Length - 1 - random.Next(Math.Min(all.Length, 20))];
                using var cancel = new CancellationTokenSource();
                Task<Lease> task = test.Store.GetAsync(address, cancel.Token);
                if (cancels && random.Next(3) == 0) await cancel.CancelAsync();
                try
                {
                    using Lease lease = await task.WaitAsync(TimeSpan.FromSeconds(100));
                    if (lease.IsProvisional) provisional[reader]++;
                    Assert.True(lease.Span.SequenceEqual((lease.IsProvisional ? previews : exact)[address]), $"{address} is not what it should be");
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    continue;
                }
            }
        })));
        Assert.Equal(method != DownsampleMethod.Nearest, provisional.Sum() > 0);
        await test.EndWithoutLeaks();
    }

    private static TestStore Make(long budget, DownsampleMethod method = DownsampleMethod.Mean, bool sharpens = false, int workers = 2) => new(
        ArraySource.Random(Shape, DataType.UInt8), new ChunkShape(8, 8, 8), method: method, workers: workers, previews: new PreviewOptions(PreviewMode.Auto, budget, sharpens));
}
