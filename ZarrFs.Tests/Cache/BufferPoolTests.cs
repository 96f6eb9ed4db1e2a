using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;

namespace ZarrFs.Tests.Cache;

public sealed class BufferPoolTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void Buffers_are_reused_with_their_pages()
    {
        using var pool = new BufferPool(4 * MiB);
        ChunkBuffer first = pool.TryRent(MiB)!;
        first.Span.Fill(7);
        Assert.Equal((MiB, 1L, (long)MiB), (first.Length, pool.BuffersInUse, pool.InUse));
        first.Release();
        Assert.Equal((0L, 0L, (long)MiB), (pool.BuffersInUse, pool.InUse, pool.Committed));
        ChunkBuffer second = pool.TryRent(MiB)!;
        unsafe
        {
            Assert.True(first.Pointer == second.Pointer);
        }

        Assert.Equal(MiB, pool.Committed);
        second.Release();
    }

    [Fact]
    public void The_budget_is_never_exceeded_whatever_the_lengths()
    {
        var random = new Random(5);
        using var pool = new BufferPool(3 * MiB);
        int[] lengths = [1, 4096, 4097, 100_000, MiB, (2 * MiB) - 1];
        var held = new List<ChunkBuffer>();
        for (int i = 0; i < 5000; i++)
        {
            if (held.Count > 0 && random.Next(2) == 0)
            {
                int victim = random.Next(held.Count);
                Assert.True(held[victim].Span.IndexOfAnyExcept(held[victim].Span[0]) < 0, "somebody else wrote to the buffer");
                held[victim].Release();
                held.RemoveAt(victim);
            }
            else if (pool.TryRent(lengths[random.Next(lengths.Length)]) is { } buffer)
            {
                buffer.Span.Fill((byte)random.Next(1, 256));
                held.Add(buffer);
            }

            Assert.InRange(pool.Committed, pool.InUse, pool.Budget);
            Assert.Equal(held.Count, pool.BuffersInUse);
            Assert.Equal(held.Sum(b => (b.Length + 4095L) / 4096 * 4096), pool.InUse);
        }

        held.ForEach(b => b.Release());
        Assert.Equal((0L, 0L), (pool.InUse, pool.BuffersInUse));
    }

    [Fact]
    public void Free_buffers_of_one_length_make_room_for_another()
    {
        using var pool = new BufferPool(2 * MiB);
        ChunkBuffer[] small = [.. Enumerable.Range(0, 8).Select(_ => pool.TryRent(MiB / 4)!)];
        Assert.Null(pool.TryRent(MiB));
        foreach (ChunkBuffer buffer in small) buffer.Release();
        ChunkBuffer? large = pool.TryRent(2 * MiB);
        Assert.NotNull(large);
        Assert.Equal(2 * MiB, pool.Committed);
        large.Release();
        Assert.All(Enumerable.Range(0, 8), _ => Assert.NotNull(pool.TryRent(MiB / 4)));
    }

    [Fact]
    public void Pages_given_back_to_the_system_are_gone()
    {
        using var pool = new BufferPool(2 * MiB);
        ChunkBuffer first = pool.TryRent(2 * MiB)!;
        first.Span.Fill(9);
        first.Release();
        ChunkBuffer other = pool.TryRent(MiB)!;
        Assert.Equal(MiB, pool.Committed);
        other.Release();

        ChunkBuffer again = pool.TryRent(2 * MiB)!;
        Assert.True(Zeros.IsAllZero(again.Span));
        again.Release();
    }

    [Fact]
    public async Task Memory_is_touched_ahead_within_its_share_of_the_budget()
    {
        using var pool = new BufferPool(64 * MiB);
        pool.Prepare(MiB);
        await TestStore.Until(() => pool.Committed == 4 * MiB, "a sixteenth of the budget is touched");
        Assert.Equal((0L, 0L), (pool.InUse, pool.BuffersInUse));

        ChunkBuffer taken = pool.TryRent(MiB)!;
        await TestStore.Until(() => pool.Committed == 5 * MiB, "what was taken is replaced");
        taken.Release();
        Assert.Equal(5 * MiB, pool.Committed);
    }

    [Fact]
    public void Who_waits_in_vain_is_told_the_budget()
    {
        using var pool = new BufferPool(MiB);
        ChunkBuffer all = pool.TryRent(MiB)!;
        var failure = Assert.Throws<OverloadException>(() => pool.Rent(4096, TimeSpan.FromMilliseconds(20), default));
        Assert.Contains($"{MiB} bytes", failure.Message, StringComparison.Ordinal);
        using var cancel = new CancellationTokenSource(20);
        Assert.ThrowsAny<OperationCanceledException>(() => pool.Rent(4096, TimeSpan.FromHours(1), cancel.Token));
        all.Release();
        pool.Rent(4096, TimeSpan.Zero, default).Release();
    }

    [Fact]
    public async Task Who_waits_gets_what_comes_free()
    {
        using var pool = new BufferPool(MiB);
        ChunkBuffer all = pool.TryRent(MiB)!;
        Task<ChunkBuffer> waiting = Task.Run(() => pool.Rent(MiB / 2, TimeSpan.FromSeconds(120), default));
        await Task.Delay(5);
        all.Release();
        (await waiting).Release();
        Assert.Equal(0, pool.BuffersInUse);
    }

    [Fact]
    public void More_than_the_budget_is_never_there()
    {
        using var pool = new BufferPool(MiB);
        Assert.Null(pool.TryRent(MiB + 1));
        Assert.Null(pool.TryRent(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BufferPool(MiB - 1));
    }

    [Fact]
    public void Releasing_more_often_than_leasing_is_an_error()
    {
        using var pool = new BufferPool(MiB);
        ChunkBuffer buffer = pool.TryRent(10)!;
        Lease lease = Lease.TryTake(buffer)!;
        lease.Dispose();
        lease.Dispose(); // harmless
        buffer.Release();
        Assert.Null(Lease.TryTake(buffer));
        Assert.Throws<InvalidOperationException>(buffer.Release);
        Assert.Throws<ObjectDisposedException>(() => lease.Memory);
    }

    [Fact]
    public void A_lease_keeps_the_bytes()
    {
        using var pool = new BufferPool(MiB);
        ChunkBuffer buffer = pool.TryRent(MiB)!;
        buffer.Span.Fill(5);
        using Lease lease = Lease.TryTake(buffer)!;
        buffer.Release();
        Assert.Null(pool.TryRent(MiB));
        Assert.Equal(MiB, lease.Length);
        Assert.Equal(-1, lease.Span.IndexOfAnyExcept((byte)5));
        Assert.Equal(lease.Span.ToArray(), lease.Memory.ToArray());
    }
}
