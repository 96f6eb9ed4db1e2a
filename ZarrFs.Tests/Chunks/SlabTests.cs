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

/// <summary>What must be decoded whole is decoded once.</summary>
public sealed class SlabTests : IDisposable
{
    private const int Plenty = 64 << 20;

    // Slices of 200 × 300 one-byte voxels, of one strip; slabs of 16 chunk rows z hold 12 × 19 chunks.
    private static readonly VolumeShape Shape = new(40, 200, 300);
    private static readonly ChunkShape Chunk = new(16, 16, 16);
    private static readonly ReadUnit Slice = new(1, 200, 300, IsDecoded: true);

    private readonly TemporaryDirectory _directory = new();

    private ScratchOptions Scratch => new(_directory.Path, 1L << 30);

    public static TheoryData<string, int> OrdersAndSpares()
    {
        var data = new TheoryData<string, int>();
        foreach (string order in (string[])["x y z", "z y x", "random in a slab"])
        {
            foreach (int spare in (int[])[Plenty, 300_000, 0]) data.Add(order, spare); // a slab has 228 chunks of 4 KiB
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(OrdersAndSpares))]
    public async Task A_sweep_decodes_each_slice_once(string order, int spare)
    {
        using TestStore test = WithSpare(Decoded(Shape, Slice), spare, levels: 1);
        IEnumerable<ChunkAddress> sweep = order switch
        {
            "x y z" => test.Chunks(),
            "z y x" => test.Chunks().OrderBy(address => (address.X, address.Y, address.Z)),
            _ => test.Chunks().OrderBy(address => (address.Z, Random.Shared.Next())),
        };
        foreach (ChunkAddress address in sweep) await test.ReadAndCompare(address);
        AssertDecodedOnce(test, 40);
        Assert.Equal(spare < Plenty, test.Store.Scratch!.Bytes > 0);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(Plenty, false)]
    [InlineData(Plenty, true)]
    [InlineData(300_000, true)]
    [InlineData(0, true)]
    public async Task A_sweep_over_all_levels_decodes_each_slice_once(int spare, bool coarseFirst)
    {
        using TestStore test = WithSpare(Decoded(Shape, Slice), spare);
        IEnumerable<ChunkAddress> sweep = coarseFirst ? test.Chunks().OrderBy(address => -address.Level) : test.Chunks();
        foreach (ChunkAddress address in sweep) await test.ReadAndCompare(address);
        AssertDecodedOnce(test, 40);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(Plenty, 2)]
    [InlineData(300_000, 2)]
    [InlineData(0, 4)]
    public async Task Sixteen_readers_decode_each_slice_once(int spare, int workers)
    {
        using TestStore test = WithSpare(Decoded(Shape, Slice), spare, levels: 1, workers: workers);
        ChunkAddress[] all = [.. test.Chunks()];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(reader => Task.Run(async () =>
        {
            for (int i = reader; i < all.Length; i += 16) await test.ReadAndCompare(all[i]);
        })));
        AssertDecodedOnce(test, 40);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(Plenty, 2, true)]
    [InlineData(300_000, 2, true)]
    [InlineData(0, 1, true)]
    [InlineData(0, 3, false)]
    public async Task Random_readers_of_all_levels_who_cancel_get_the_right_bytes(int spare, int workers, bool scratch)
    {
        using TestStore test = WithSpare(Decoded(Shape, Slice), spare, workers: workers, scratch: scratch);
        Dictionary<ChunkAddress, byte[]> expected = test.Chunks().ToDictionary(address => address, test.Expected);
        ChunkAddress[] all = [.. expected.Keys];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 60; i++)
            {
                ChunkAddress address = all[random.Next(all.Length)];
                using var cancel = new CancellationTokenSource();
                Task<Lease> task = test.Store.GetAsync(address, cancel.Token);
                if (random.Next(4) == 0)
                {
                    for (int wait = random.Next(50); wait > 0; wait--) await Task.Yield();
                    await cancel.CancelAsync();
                }

                try
                {
                    using Lease lease = await task;
                    Assert.True(lease.Span.SequenceEqual(expected[address]), $"{address} is not what it should be");
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    continue;
                }
            }
        }))).WaitAsync(TimeSpan.FromMinutes(6));
        foreach (ChunkAddress address in all) Assert.Equal(expected[address], await test.Read(address));
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Touching_one_chunk_yields_all_of_its_slab()
    {
        using var test = new TestStore(Decoded(Shape, Slice), Chunk, levels: 1, scratch: Scratch);
        await test.ReadAndCompare(new ChunkAddress(0, 0, 0, 0, 1, 5, 7));
        Assert.Equal(Enumerable.Range(16, 16), test.Source.Decodes.Keys.Select(key => key.Page).Order());
        foreach (ChunkAddress address in test.Chunks().Where(address => address.Z == 1))
        {
            Assert.True(test.Store.TryGet(address, out Lease lease));
            using (lease) Assert.True(lease.Span.SequenceEqual(test.Expected(address)));
        }

        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Channels_that_are_decoded_together_are_made_together()
    {
        VolumeShape shape = new(2, 6, 20, 40, 50);
        using var test = new TestStore(Decoded(shape, new ReadUnit(1, 40, 50, Channels: 3, IsDecoded: true)), Chunk, levels: 1, scratch: Scratch);
        await test.ReadAndCompare(new ChunkAddress(0, 0, 1, 4, 0, 0, 0));
        Assert.Equal(16, test.Source.Decodes.Count);
        foreach (long c in (long[])[3, 4, 5]) await test.ReadAndCompare(new ChunkAddress(0, 0, 1, c, 0, 2, 3));
        Assert.Equal(16, test.Source.Decodes.Count);
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        AssertDecodedOnce(test, 2 * 2 * 20);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(32, 32, 4)] // 2 × 2 chunks a tile
    [InlineData(8, 300, 2)] // strips: all of a row of chunks
    [InlineData(16, 16, 1)]
    [InlineData(16, 8, 2)]
    [InlineData(24, 24, 1)] // straddled by chunk 1, in which chunk 0 lies
    public async Task Of_tiles_and_strips_only_those_touched_are_decoded(long height, long width, int units)
    {
        using var test = new TestStore(Decoded(Shape, new ReadUnit(1, height, width, IsDecoded: true)), Chunk, levels: 1, scratch: Scratch);
        await test.ReadAndCompare(new ChunkAddress(0, 0, 0, 0, 0, 0, 0));
        long touched = ((15 / height) + 1) * ((15 / width) + 1);
        Assert.InRange(units, 1, 4);
        Assert.Equal(16 * touched, test.Source.Decodes.Count);
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        if (height % 16 == 0 || 16 % height == 0) AssertDecodedOnce(test, 40 * ((199 / height) + 1) * ((299 / width) + 1));
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData("7:290,3:190,5:38", 200, 300)]
    [InlineData("7:290,3:190,5:38", 64, 48)]
    [InlineData("100:,50:,:", 50, 100)]
    public async Task A_cropped_view_widens_to_the_units_of_the_source(string ranges, long height, long width)
    {
        ArraySource source = Decoded(Shape, new ReadUnit(1, height, width, IsDecoded: true));
        VolumeRanges parsed = VolumeRanges.Parse(ranges);
        using var test = new TestStore(source, Chunk, levels: 1, scratch: Scratch, ranges: parsed, budget: 3 << 20);
        (long originZ, long originY, long originX, VolumeShape shape) = parsed.Apply(Shape);
        foreach (ChunkAddress address in test.Chunks())
        {
            byte[] found = await test.Read(address);
            for (int i = 0; i < found.Length; i++)
            {
                long z = (address.Z * 16) + (i / 256), y = (address.Y * 16) + (i / 16 % 16), x = (address.X * 16) + (i % 16);
                byte expected = z < shape.Z && y < shape.Y && x < shape.X
                    ? source.Voxels[((((z + originZ) * Shape.Y) + y + originY) * Shape.X) + x + originX]
                    : (byte)0;
                if (found[i] != expected) Assert.Fail($"{address} at {i}: {found[i]}, expected {expected}");
            }
        }

        if (height == 200) AssertDecodedOnce(test, 33);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_bad_slice_fails_its_slab_once_and_no_other()
    {
        using var test = new TestStore(Decoded(Shape, Slice), Chunk, levels: 1, scratch: Scratch);
        using var gate = new Latch();
        test.Source.Decoding = key =>
        {
            gate.Wait();
            if (key.Page == 20) throw new SourceException("/test/array", "broken on purpose");
        };
        Task<byte[]>[] all = [.. test.Chunks().Where(address => address.Z == 1).Select(test.Read)];
        await Task.Delay(5);
        gate.Open();
        foreach (Task<byte[]> one in all) await Assert.ThrowsAsync<SourceException>(() => one);
        Assert.InRange(test.Source.Decodes.Values.Sum(), 5, 2 * 16);
        foreach (ChunkAddress address in test.Chunks().Where(address => address.Z != 1)) await test.ReadAndCompare(address);
        test.Source.Decoding = null;
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public void The_memory_for_a_decoded_slice_is_counted()
    {
        ArraySource plain = ArraySource.Random(new VolumeShape(4, 1200, 1200), DataType.UInt8);
        ArraySource decoded = new(plain.Shape, DataType.UInt8, plain.Voxels) { Unit = new ReadUnit(1, 1200, 1200, IsDecoded: true) };
        var refused = Assert.Throws<OptionException>(() => new TestStore(decoded, Chunk, levels: 1, budget: 4 << 20));
        Assert.Contains("strips or tiles of 1 MiB when decoded", refused.Message, StringComparison.Ordinal);
        Assert.Contains("at least 10 MiB are needed", refused.Message, StringComparison.Ordinal);
        new TestStore(new ArraySource(plain.Shape, DataType.UInt8, plain.Voxels), Chunk, levels: 1, budget: 4 << 20).Dispose();
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>A store with so many bytes of memory more than the least it works with.</summary>
    private TestStore WithSpare(ArraySource source, int spare, int? levels = null, int workers = 2, bool scratch = true)
    {
        var volume = new Multiscale("least", new Volume(source, VolumeRanges.All, null, null), Chunk, levels, DownsampleMethod.Mean);
        return new TestStore(source, Chunk, levels, workers: workers, budget: (workers * RowWidth.LeastBytes(volume)) + spare, scratch: scratch ? Scratch : null);
    }

    internal static ArraySource Decoded(VolumeShape shape, ReadUnit unit) =>
        new(shape, DataType.UInt8, ArraySource.Random(shape, DataType.UInt8, zeros: true).Voxels) { Unit = unit };

    internal static void AssertDecodedOnce(TestStore test, long units)
    {
        Assert.All(test.Source.Decodes, unit => Assert.True(unit.Value == 1, $"{unit.Key.Page}/{unit.Key.Segment} was decoded {unit.Value} times"));
        Assert.Equal(units, test.Source.Decodes.Count);
    }
}
