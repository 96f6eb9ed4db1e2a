using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

/// <summary>Voxels that change under chunks that are kept, on their way, or parts of coarser ones.</summary>
public sealed class ChunkChangeTests : IDisposable
{
    private static readonly VolumeShape Shape = new(40, 24, 44);
    private static readonly ChunkShape Chunk = new(8, 8, 8);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(DownsampleMethod.Mean, 13, 14)]
    [InlineData(DownsampleMethod.Mean, 15, 17)]
    [InlineData(DownsampleMethod.Max, 0, 1)]
    [InlineData(DownsampleMethod.Gaussian, 13, 14)]
    [InlineData(DownsampleMethod.Gaussian, 15, 16)]
    [InlineData(DownsampleMethod.Gaussian, 39, 40)]
    public async Task Exactly_the_chunks_that_a_change_feeds_are_made_anew(DownsampleMethod method, int first, int end)
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.Float64), Chunk, method: method);
        ConcurrentQueue<ChunkAddress> told = new();
        test.Store.OnChanged(told.Enqueue);
        Dictionary<ChunkAddress, byte[]> before = [];
        foreach (ChunkAddress address in test.Chunks()) before.Add(address, await test.Read(address));

        test.Source.TakesIn = () => Brighten(test.Source, first, end);
        Change(test, first, end);
        Dictionary<ChunkAddress, byte[]> after = Oracle(test, method);
        HashSet<ChunkAddress> fed = [.. before.Where(chunk => !chunk.Value.AsSpan().SequenceEqual(after[chunk.Key])).Select(chunk => chunk.Key)];
        foreach (ChunkAddress address in test.Chunks())
        {
            bool isKept = test.Store.TryGet(address, out Lease lease);
            if (isKept) lease.Dispose();
            Assert.True(isKept != fed.Contains(address), $"{address} is {(isKept ? "kept" : "not kept")}");
            Assert.Equal(isKept ? 0 : 1, test.Store.RevisionOf(address));
        }

        Assert.Equal(fed.Order(ByPlace), told.Order(ByPlace));
        long read = test.Source.VoxelsRead;
        foreach (ChunkAddress address in test.Chunks()) Assert.Equal(after[address], await test.Read(address));
        Assert.Equal(fed.Where(address => address.Level == 0).Sum(address => test.Multiscale.Levels[0].Grid.Region(address).Count), test.Source.VoxelsRead - read);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Only_what_was_given_out_is_told()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), Chunk);
        ConcurrentQueue<ChunkAddress> told = new();
        test.Store.OnChanged(told.Enqueue);
        ChunkAddress given = new(0, 0, 0, 0, 1, 1, 1), untouched = new(0, 0, 0, 0, 3, 1, 1);
        await test.Read(given);
        await test.Read(untouched);
        Change(test, 8, 9);
        Assert.Equal([given], told);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_view_that_is_cut_and_moved_knows_where_its_voxels_come_from(bool smooth)
    {
        VolumeRanges ranges = VolumeRanges.Parse("3:40,5:24,7:35");
        DownsampleMethod method = smooth ? DownsampleMethod.Gaussian : DownsampleMethod.Mean;
        var volume = new Volume(ArraySource.Random(new VolumeShape(2, 3, 40, 24, 44), DataType.UInt8), ranges, null, null, new VolumeShift(2, -3, 5));
        var multiscale = new Multiscale("test", volume, Chunk, null, method);
        var random = new Random(1);
        ChunkAddress[] all = [.. multiscale.Levels.SelectMany(level => All(level))];
        for (int i = 0; i < 200; i++)
        {
            VoxelBox box = new(
                random.Next(2), random.Next(1, 3), random.Next(3), random.Next(1, 4), random.Next(-4, 44), random.Next(44),
                random.Next(-4, 30), random.Next(30), random.Next(-4, 50), random.Next(50));
            Assert.Equal(all.Where(address => box.Overlaps(ChunkFeed.Of(multiscale, address)) && IsBox(box)).Order(ByPlace), ChunkFeed.FedBy(multiscale, 0, box).Order(ByPlace));
            await Task.Yield();
        }

        Assert.Equal(all.Length, ChunkFeed.FedBy(multiscale, 0, VoxelBox.All).Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_is_on_its_way_when_its_voxels_change_is_made_again(int level)
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), Chunk);
        var address = new ChunkAddress(0, level, 0, 0, 0, 0, 0);
        using Latch reading = new(), goOn = new();
        test.Source.Before = region =>
        {
            if (region.Z != 5 || reading.IsOpen) return;
            reading.Open(); // the planes before it have been read, or are being read
            goOn.Wait();
        };
        Task<byte[]> first = test.Read(address);
        await Task.Run(reading.Wait);
        test.Source.TakesIn = () => Brighten(test.Source, 0, 8);
        Change(test, 0, 8);
        Task<byte[]> second = test.Read(address);
        goOn.Open();
        byte[] expected = Oracle(test, DownsampleMethod.Mean)[address];
        Assert.Equal(expected, await first);
        Assert.Equal(expected, await second);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_coarse_chunk_never_mixes_children_of_before_and_after()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), Chunk);
        await test.Read(new ChunkAddress(0, 0, 0, 0, 0, 0, 0)); // a child that is in memory, with its row
        using Latch reading = new(), goOn = new();
        test.Source.Before = region =>
        {
            if (reading.IsOpen) return;
            reading.Open();
            goOn.Wait();
        };
        var parent = new ChunkAddress(0, 1, 0, 0, 0, 0, 0);
        Task<byte[]> made = test.Read(parent); // has taken that child, and waits for the next row
        await Task.Run(reading.Wait);
        test.Source.TakesIn = () => Brighten(test.Source, 2, 4);
        Change(test, 2, 4);
        goOn.Open();
        Assert.Equal(Oracle(test, DownsampleMethod.Mean)[parent], await made);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_change_elsewhere_costs_nothing()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), Chunk);
        var address = new ChunkAddress(0, 0, 0, 0, 0, 0, 0);
        using Latch reading = new(), goOn = new();
        test.Source.Before = _ =>
        {
            reading.Open();
            goOn.Wait();
        };
        Task<byte[]> made = test.Read(address);
        await Task.Run(reading.Wait);
        Change(test, 8, 40);
        goOn.Open();
        await made;
        long read = test.Source.VoxelsRead;
        await test.ReadAndCompare(address);
        Assert.Equal(read, test.Source.VoxelsRead);
        Assert.Equal(Chunk.Z * 8 * Shape.X, read); // once: the row of it
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task A_reader_that_meets_a_change_has_the_source_looked_at_and_gets_the_new_voxels()
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), Chunk);
        bool changed = true;
        int looks = 0;
        Lock looking = new();
        test.Source.Before = region =>
        {
            if (Volatile.Read(ref changed) && region.Z == 3) throw new SourceChangedException("/test/array/3.tif", "changed since it was looked at");
        };
        test.Source.TakesIn = () =>
        {
            Brighten(test.Source, 3, 4);
            Volatile.Write(ref changed, false);
        };
        test.Store.LookAgain = source => Task.Run(() =>
        {
            // One at a time, as a watch looks: whoever looked while another takes the change in would find nothing, again and again.
            lock (looking)
            {
                if (++looks == 2) Change(test, 3, 4); // at the first one it is not at rest
            }
        });
        ChunkAddress[] wanted = [.. test.Chunks().Where(address => address.Z == 0)];
        byte[][] found = await Task.WhenAll(wanted.Select(test.Read));
        Dictionary<ChunkAddress, byte[]> expected = Oracle(test, DownsampleMethod.Mean);
        for (int i = 0; i < wanted.Length; i++) Assert.Equal(expected[wanted[i]], found[i]);
        Assert.True(looks >= 2);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_changes_all_the_time_is_an_error_in_the_end(bool decoded)
    {
        ArraySource source = Source(decoded);
        using var test = new TestStore(source, Chunk);
        int looks = 0;
        void Fail(long z)
        {
            if (z == 3) throw new SourceChangedException("/test/array/3.tif", "changed since it was looked at");
        }

        source.Before = region => Fail(decoded ? -1 : region.Z);
        source.Decoding = key => Fail(key.Page);
        test.Store.LookAgain = _ => Task.Run(() => Interlocked.Increment(ref looks));
        SourceException failure = await Assert.ThrowsAsync<SourceException>(() => test.Read(new ChunkAddress(0, 1, 0, 0, 0, 0, 0)));
        Assert.Equal("/test/array/3.tif: changed since it was looked at; the chunk was begun 9 times and the file was never at rest", failure.Message);
        Assert.InRange(looks, 9, 200);
        source.Before = null;
        source.Decoding = null;
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean, false)]
    [InlineData(DownsampleMethod.Mean, true)]
    [InlineData(DownsampleMethod.Nearest, false)]
    public async Task Previews_are_made_anew_too(DownsampleMethod method, bool isOnItsWay)
    {
        using var test = new TestStore(ArraySource.Random(Shape, DataType.UInt8), Chunk, method: method, previews: new PreviewOptions(PreviewMode.Only));
        var address = new ChunkAddress(0, 2, 0, 0, 0, 0, 0);
        using Latch reading = new(), goOn = new(!isOnItsWay);
        test.Source.Before = _ =>
        {
            reading.Open();
            goOn.Wait();
        };
        Task<byte[]> first = test.Read(address);
        await Task.Run(reading.Wait);
        byte[]? before = isOnItsWay ? null : await first;
        test.Source.TakesIn = () => Brighten(test.Source, 0, 32);
        Change(test, 0, 32);
        goOn.Open();
        var oracle = new PlainPyramid(Shape, DataType.UInt8, test.Source.Voxels, method, test.Multiscale.Levels.Count, previews: method != DownsampleMethod.Nearest);
        byte[] expected = oracle.Chunk(address, Chunk);
        Assert.Equal(expected, isOnItsWay ? await first : await test.Read(address));
        Assert.NotEqual(expected, before);
        Assert.Equal(1, test.Store.RevisionOf(address));
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Chunks_in_the_scratch_are_forgotten_too()
    {
        ArraySource source = SlabTests.Decoded(new VolumeShape(40, 100, 150), new ReadUnit(1, 100, 150, IsDecoded: true));
        using var test = new TestStore(source, Chunk, workers: 1, budget: RowWidthOf(source), scratch: new ScratchOptions(_directory.Path, 1 << 30));
        foreach (ChunkAddress address in test.Chunks(0)) await test.ReadAndCompare(address);
        Assert.True(test.Store.Scratch!.Bytes > 0, "the budget leaves nothing for the scratch");
        for (int round = 0; round < 3; round++)
        {
            source.TakesIn = () => Brighten(source, 9, 11);
            Change(test, 9, 11);
            Assert.All(test.Chunks(0).Where(address => address.Z == 1), address => Assert.False(test.Store.Scratch.Contains(address)));
            Dictionary<ChunkAddress, byte[]> expected = Oracle(test, DownsampleMethod.Mean);
            foreach (ChunkAddress address in test.Chunks()) Assert.Equal(expected[address], await test.Read(address));
        }

        await test.EndWithoutLeaks();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Under_a_storm_of_changes_no_chunk_is_mixed_and_the_last_one_wins(bool decoded)
    {
        // All voxels of plane 11 are one value, the others 100: every voxel of a chunk that plane 11 goes into tells which value it was made of.
        ArraySource source = Source(decoded);
        source.Voxels.AsSpan().Fill(100);
        using var test = new TestStore(source, Chunk, workers: 3, budget: decoded ? RowWidthOf(source, 3) : null, scratch: new ScratchOptions(_directory.Path, 1 << 30));
        ChunkAddress[] wanted = [.. test.Chunks().Where(address => address.Z == 11 >> (3 + address.Level))];
        int value = 100;
        source.TakesIn = () => Plane(source, 11).Fill((byte)value);
        using var stop = new CancellationTokenSource();
        Task[] readers = [.. Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                ChunkAddress address = wanted[random.Next(wanted.Length)];
                try
                {
                    CheckPure(test, address, await test.Read(address));
                }
                catch (SourceException failure)
                {
                    Assert.Contains("never at rest", failure.Message, StringComparison.Ordinal);
                }
            }
        }))];
        for (int i = 0; i < 100; i++)
        {
            value = 100 + (8 * (i % 18));
            Change(test, 11, 12);
            await Task.Delay(i % 5);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Dictionary<ChunkAddress, byte[]> last = Oracle(test, DownsampleMethod.Mean);
        foreach (ChunkAddress address in test.Chunks()) Assert.Equal(last[address], await test.Read(address));
        await test.EndWithoutLeaks();
    }

    [Fact]
    public void Many_changes_stay_a_short_list_that_forgets_nothing()
    {
        var multiscale = new Multiscale("test", new Volume(ArraySource.Random(new VolumeShape(4000, 2, 2), DataType.UInt8), VolumeRanges.All, null, null), new ChunkShape(2, 2, 2), null, DownsampleMethod.Mean);
        var revisions = new ChunkRevisions([multiscale]);
        int[] latest = new int[2000];
        var random = new Random(3);
        for (int i = 1; i <= 3000; i++)
        {
            long z = random.Next(4000);
            revisions.Add([0], [VoxelBox.Planes(z, z + 1)]);
            latest[z / 2] = i;
            Assert.Equal(i, revisions.Last);
        }

        int higher = 0;
        for (int z = 0; z < latest.Length; z++)
        {
            int found = revisions.Of(new ChunkAddress(0, 0, 0, 0, z, 0, 0));
            Assert.True(found >= latest[z]);
            if (found > latest[z]) higher++;
        }

        Assert.True(higher > 0, "the list was never merged");
    }

    private static bool IsBox(in VoxelBox box) =>
        box.FirstT < box.EndT && box.FirstC < box.EndC && box.FirstZ < box.EndZ && box.FirstY < box.EndY && box.FirstX < box.EndX;

    private static void CheckPure(TestStore test, ChunkAddress address, byte[] chunk)
    {
        // Plane 11 is plane 3 of chunk 1; at level 1 it is half of plane 5, at level 2 a quarter of plane 2.
        Region region = test.Multiscale.Levels[address.Level].Grid.Region(address);
        int z = (int)((11 >> address.Level) - region.Z);
        byte first = chunk[z * 64];
        for (int y = 0; y < region.Height; y++)
        {
            for (int x = 0; x < region.Width; x++)
                Assert.True(chunk[(z * 64) + (y * 8) + x] == first, $"{address} has {first} and {chunk[(z * 64) + (y * 8) + x]} in one plane");
        }
    }

    private static IEnumerable<ChunkAddress> All(Level level)
    {
        VolumeShape counts = level.Grid.Counts;
        for (long i = 0; i < counts.Count; i++)
        {
            (long rest, long x) = Math.DivRem(i, counts.X);
            (rest, long y) = Math.DivRem(rest, counts.Y);
            (rest, long z) = Math.DivRem(rest, counts.Z);
            (long t, long c) = Math.DivRem(rest, counts.C);
            yield return new ChunkAddress(0, level.Index, t, c, z, y, x);
        }
    }

    private static ArraySource Source(bool decoded)
    {
        byte[] voxels = new byte[Shape.Count];
        new Random(5).NextBytes(voxels);
        var unit = decoded ? new ReadUnit(1, (int)Shape.Y, (int)Shape.X, IsDecoded: true) : new ReadUnit(1, 1, (int)Shape.X);
        return new ArraySource(Shape, DataType.UInt8, voxels) { Unit = unit };
    }

    private static long RowWidthOf(ArraySource source, int workers = 1) =>
        workers * ((RowWidth.LeastBytes(new Multiscale("test", new Volume(source, VolumeRanges.All, null, null), Chunk, null, DownsampleMethod.Mean)) * 5 / 4) + 4096);

    private static Comparer<ChunkAddress> ByPlace { get; } = Comparer<ChunkAddress>.Create(static (a, b) =>
        (a.Level, a.T, a.C, a.Z, a.Y, a.X).CompareTo((b.Level, b.T, b.C, b.Z, b.Y, b.X)));

    private static void Change(TestStore test, long first, long end) =>
        test.Store.TakeIn(test.Source, [new SourceChange("/test/array/x.tif", SourceChangeKind.Changed, VoxelBox.Planes(first, end))]);

    private static Span<byte> Plane(ArraySource source, long z)
    {
        int bytes = (int)(source.Shape.Y * source.Shape.X) * source.DataType.Size();
        return source.Voxels.AsSpan((int)z * bytes, bytes);
    }

    /// <summary>Makes all voxels of some planes others than they were.</summary>
    private static void Brighten(ArraySource source, int first, int end)
    {
        for (int z = first; z < end; z++)
        {
            if (source.DataType == DataType.Float64)
            {
                foreach (ref double voxel in MemoryMarshal.Cast<byte, double>(Plane(source, z))) voxel += 1e9;
            }
            else
            {
                foreach (ref byte voxel in Plane(source, z)) voxel += 77;
            }
        }
    }

    private static Dictionary<ChunkAddress, byte[]> Oracle(TestStore test, DownsampleMethod method)
    {
        var pyramid = new PlainPyramid(test.Source.Shape, test.Source.DataType, test.Source.Voxels, method, test.Multiscale.Levels.Count);
        return test.Chunks().ToDictionary(address => address, address => pyramid.Chunk(address, Chunk));
    }
}
