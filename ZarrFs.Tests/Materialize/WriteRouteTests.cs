using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Materialize;

public sealed class WriteRouteTests
{
    private const int Large = 1 << 20;

    /// <summary>Both ways are tried, and both write the same.</summary>
    [Fact]
    public void Large_blocks_go_either_way()
    {
        using var directory = new TemporaryDirectory();
        using var pool = new BufferPool(1 << 23);
        ChunkBuffer buffer = pool.Rent(Large, TimeSpan.Zero, CancellationToken.None);
        var route = new WriteRoute();
        for (int i = 0; i < 40; i++)
        {
            new Random(i).NextBytes(buffer.Span);
            Write(route, Path.Combine(directory.Path, $"{i}"), buffer.Span);
        }

        for (int i = 0; i < 40; i++)
        {
            byte[] expected = new byte[Large];
            new Random(i).NextBytes(expected);
            Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(directory.Path, $"{i}"))), $"file {i}");
        }

        bool isPossible;
        using (SafeFileHandle file = File.OpenHandle(Path.Combine(directory.Path, "0"), FileMode.Open, FileAccess.Write)) isPossible = Libc.TrySetDirect(file, true);
        Assert.InRange(route.PastCache, isPossible ? 2 : 0, isPossible ? 38 : 0);
        buffer.Release();
    }

    [Theory]
    [InlineData(0, Large - 4096)] // too short to matter
    [InlineData(0, Large + 100)] // not whole blocks
    [InlineData(8, Large)] // not where a block begins
    public void What_cannot_go_past_the_cache_goes_through_it(int start, int length)
    {
        using var directory = new TemporaryDirectory();
        using var pool = new BufferPool(1 << 23);
        ChunkBuffer buffer = pool.Rent(2 * Large, TimeSpan.Zero, CancellationToken.None);
        new Random(1).NextBytes(buffer.Span);
        var route = new WriteRoute();
        for (int i = 0; i < 40; i++) Write(route, Path.Combine(directory.Path, "file"), buffer.Span.Slice(start, length));
        Assert.True(buffer.Span.Slice(start, length).SequenceEqual(File.ReadAllBytes(Path.Combine(directory.Path, "file"))));
        Assert.Equal(0, route.PastCache);
        buffer.Release();
    }

    private static void Write(WriteRoute route, string path, ReadOnlySpan<byte> bytes)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        route.Write(file, bytes);
    }
}
