using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;

namespace ZarrFs.Tests.Cache;

public sealed class ChunkCacheTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void What_is_added_is_found_until_room_is_needed()
    {
        using var pool = new BufferPool(4 * MiB);
        using var cache = new ChunkCache(pool);
        for (int i = 0; i < 4; i++) Add(pool, cache, i);
        for (int i = 0; i < 4; i++) Assert.True(Holds(cache, i));
        Add(pool, cache, 4); // in whose favour one of only four must go
        Assert.True(Holds(cache, 4));
        Assert.InRange(cache.Count, 3, 4);
        Assert.InRange(pool.Committed, 0, pool.Budget);
    }

    [Fact]
    public void The_least_recently_used_goes_first()
    {
        using var pool = new BufferPool(20 * MiB);
        using var cache = new ChunkCache(pool);
        for (int i = 0; i < 20; i++)
        {
            Add(pool, cache, i);
            Thread.Sleep(1); // the cache's clock is the system's
        }

        Assert.True(Holds(cache, 0));
        Thread.Sleep(1);
        for (int i = 20; i < 30; i++)
        {
            Add(pool, cache, i);
            Thread.Sleep(1);
        }

        Assert.True(Holds(cache, 0));
        for (int i = 1; i < 11; i++) Assert.False(Holds(cache, i), $"{i} should have gone before others");
        for (int i = 13; i < 30; i++) Assert.True(Holds(cache, i), $"{i} should have stayed");
    }

    [Fact]
    public void A_leased_chunk_stays_though_the_cache_lets_it_go()
    {
        using var pool = new BufferPool(2 * MiB);
        using var cache = new ChunkCache(pool);
        Add(pool, cache, 1);
        Assert.True(cache.TryGet(Address(1), out Lease lease));
        ChunkBuffer? a = pool.TryRent(MiB);
        Assert.NotNull(a);
        Assert.Null(pool.TryRent(MiB)); // the leased one is the other
        Assert.False(Holds(cache, 1));
        Assert.Equal(-1, lease.Span.IndexOfAnyExcept((byte)1));
        lease.Dispose();
        ChunkBuffer? b = pool.TryRent(MiB);
        Assert.NotNull(b);
        a.Release();
        b.Release();
    }

    [Fact]
    public void Fill_costs_no_buffer_and_is_one_block_for_each_length()
    {
        using var pool = new BufferPool(MiB);
        using var cache = new ChunkCache(pool);
        Assert.Same(cache.Zeros(100), cache.Zeros(100));
        Assert.NotSame(cache.Zeros(100), cache.Zeros(101));
        for (int i = 0; i < 1000; i++) cache.Add(Address(i), cache.Zeros(MiB));
        Assert.Equal(0, pool.Committed);
        Assert.True(cache.TryGet(Address(500), out Lease lease));
        Assert.True(Zeros.IsAllZero(lease.Span));
        lease.Dispose();
    }

    [Fact]
    public async Task The_number_of_entries_is_bounded_whatever_their_size()
    {
        using var pool = new BufferPool(1 << 27);
        using var cache = new ChunkCache(pool);
        for (int i = 0; i < 150_000; i++) cache.Add(Address(i), cache.Zeros(8));
        await TestStore.Until(() => cache.Count <= 1 << 17, "no more entries than the limit");
        Assert.True(cache.Count > 1000);
    }

    [Fact]
    public async Task All_buffers_come_back_at_the_end()
    {
        using var pool = new BufferPool(4 * MiB);
        var cache = new ChunkCache(pool);
        for (int i = 0; i < 9; i++) Add(pool, cache, i);
        Assert.True(cache.TryGet(Address(8), out Lease lease));
        cache.Dispose();
        Assert.False(cache.TryGet(Address(8), out _));
        await TestStore.Until(() => pool.BuffersInUse == 1, "only the lease holds a buffer, and perhaps the cache the same for a moment more");
        lease.Dispose();
        await TestStore.Until(() => pool.BuffersInUse == 0, "nobody holds one");
        Assert.Null(pool.Reclaim);
    }

    [Fact]
    public async Task A_chunk_added_twice_is_held_once()
    {
        using var pool = new BufferPool(4 * MiB);
        using var cache = new ChunkCache(pool);
        Add(pool, cache, 1);
        Add(pool, cache, 1);
        await TestStore.Until(() => pool.BuffersInUse == 1, "the first is back");
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public void A_buffer_that_is_gone_is_refused()
    {
        using var pool = new BufferPool(MiB);
        using var cache = new ChunkCache(pool);
        ChunkBuffer buffer = pool.TryRent(10)!;
        buffer.Release();
        Assert.Throws<InvalidOperationException>(() => cache.Add(Address(1), buffer));
    }

    private static ChunkAddress Address(int x) => new(0, 0, 0, 0, 0, 0, x);

    private static void Add(BufferPool pool, ChunkCache cache, int x)
    {
        ChunkBuffer buffer = pool.TryRent(MiB)!;
        buffer.Span.Fill((byte)x);
        cache.Add(Address(x), buffer);
        buffer.Release();
    }

    private static bool Holds(ChunkCache cache, int x)
    {
        if (!cache.TryGet(Address(x), out Lease lease)) return false;
        using (lease) Assert.Equal(-1, lease.Span.IndexOfAnyExcept((byte)x));
        return true;
    }
}
