using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Tests.Tiff;

public sealed class SegmentCacheTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly BufferPool _pool = new(16 * MiB);
    private readonly SegmentCache _segments;

    public SegmentCacheTests() => _segments = new SegmentCache(_pool);

    [Fact]
    public void A_segment_is_decoded_once_and_has_its_length()
    {
        for (int i = 0; i < 3; i++)
        {
            using Lease lease = _segments.Get(Key(1), 100_001, decoded => decoded.Fill(7));
            Assert.Equal((100_001, 100_001), (lease.Length, lease.Memory.Length));
            Assert.Equal(-1, lease.Span.IndexOfAnyExcept((byte)7));
        }

        Assert.Equal(1, _segments.Decoded);
        using (_segments.Get(new SegmentKey(this, 2, 1), 100, decoded => decoded.Fill(1)))
        using (_segments.Get(new SegmentKey(_pool, 1, 1), 100, decoded => decoded.Fill(1)))
        {
            Assert.Equal(3, _segments.Decoded);
        }
    }

    [Fact]
    public async Task All_who_want_it_at_once_get_one_decoding()
    {
        using var gate = new Latch();
        using var begun = new CountdownEvent(8);
        Task<byte>[] readers = [.. Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                begun.Signal();
                using Lease lease = _segments.Get(Key(1), MiB, decoded =>
                {
                    gate.Wait();
                    decoded.Fill(9);
                });
                return lease.Span[^1];
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        begun.Wait();
        gate.Open();
        Assert.All(await Task.WhenAll(readers), last => Assert.Equal(9, last));
        Assert.Equal(1, _segments.Decoded);
        _segments.Dispose();
        Assert.Equal(0, _pool.BuffersInUse);
    }

    [Fact]
    public async Task A_failure_goes_to_all_who_wait_and_is_not_kept()
    {
        using var gate = new Latch();
        int calls = 0;
        Task[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () => _segments.Get(Key(1), MiB, _ =>
            {
                Interlocked.Increment(ref calls);
                gate.Wait();
                throw new InvalidDataException("broken on purpose");
            }),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        gate.Open();
        foreach (Task reader in readers) Assert.Equal("broken on purpose", (await Assert.ThrowsAsync<InvalidDataException>(() => reader)).Message);
        Assert.InRange(calls, 1, 4);
        Assert.Equal(0, _pool.BuffersInUse);
        _segments.Get(Key(1), MiB, decoded => decoded.Clear()).Dispose();
    }

    [Fact]
    public void Those_that_nobody_reads_stay_within_their_share_the_latest_used_longest()
    {
        for (int i = 0; i < 8; i++)
        {
            _segments.Get(Key(i), MiB / 2, decoded => decoded.Clear()).Dispose();
            _segments.Get(Key(0), MiB / 2, decoded => decoded.Clear()).Dispose();
        }

        Assert.Equal((2 * MiB, 8L), (_pool.InUse, _segments.Decoded)); // an eighth of the budget
        _segments.Get(Key(0), MiB / 2, _ => Assert.Fail("it is there")).Dispose();
        _segments.Get(Key(7), MiB / 2, _ => Assert.Fail("it is there")).Dispose();
        _segments.Get(Key(1), MiB / 2, decoded => decoded.Clear()).Dispose();
        Assert.Equal(9, _segments.Decoded);
    }

    [Fact]
    public void Segments_make_room_before_chunks_do()
    {
        using var chunks = new ChunkCache(_pool);
        ChunkBuffer chunk = _pool.TryRent(14 * MiB)!;
        chunks.Add(default, chunk);
        chunk.Release();
        _segments.Get(Key(1), 2 * MiB, decoded => decoded.Clear()).Dispose();
        ChunkBuffer other = _pool.TryRent(2 * MiB)!;
        Assert.True(chunks.Contains(default));
        other.Release();
        _segments.Get(Key(1), 2 * MiB, decoded => decoded.Clear()).Dispose();
        Assert.Equal(2, _segments.Decoded);
        Assert.True(chunks.Contains(default));
    }

    [Fact]
    public void The_last_one_is_held_while_it_is_read_piece_by_piece()
    {
        using (SegmentCache.HoldLast())
        {
            _segments.Get(Key(1), MiB, decoded => decoded.Clear()).Dispose();
            Assert.Null(_pool.TryRent(16 * MiB));
            _segments.Get(Key(1), MiB, _ => Assert.Fail("it is there")).Dispose();
            _segments.Get(Key(2), MiB, decoded => decoded.Clear()).Dispose();
            ChunkBuffer all = _pool.TryRent(14 * MiB)!; // the first is idle now
            all.Release();
        }

        ChunkBuffer whole = _pool.TryRent(16 * MiB)!;
        whole.Release();
        Assert.Equal(0, _pool.BuffersInUse);
    }

    [Fact]
    public void What_is_too_large_for_the_budget_says_how_much_is_needed()
    {
        var failure = Assert.Throws<IOException>(() => _segments.Get(Key(1), 9 * MiB, _ => Assert.Fail("there is no memory for it")));
        Assert.Contains("--memory 21M", failure.Message, StringComparison.Ordinal); // rounded up to 10 MiB, twice, and one
        Assert.Throws<IOException>(() => _segments.Get(Key(1), int.MaxValue, _ => Assert.Fail("there is no memory for it")));
        Assert.Equal(0, _pool.BuffersInUse);
    }

    [Fact]
    public void There_are_few_lengths_of_buffers()
    {
        long[] taken = [.. Enumerable.Range(1 << 20, 1 << 20).Select(length => SegmentCache.BytesOf(length)).Distinct()];
        Assert.InRange(taken.Length, 4, 9);
        foreach (int length in (int[])[1, 4096, 4097, 1_000_000, 128_000_000, int.MaxValue - 1])
            Assert.InRange(SegmentCache.BytesOf(length), length, Math.Max(8192, length * 1.27));
    }

    public void Dispose()
    {
        _segments.Dispose();
        _pool.Dispose();
    }

    private SegmentKey Key(int segment) => new(this, 1, segment);
}
