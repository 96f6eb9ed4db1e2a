using System.Runtime.CompilerServices;
using ZarrFs.Core.Cache;
using ZarrFs.Tests.Chunks;

namespace ZarrFs.Tests.Cache;

/// <summary>A pool's memory is a file without a name, which looks like any other's: they are counted while no other test runs.</summary>
[Collection(nameof(HeapCollection))]
public sealed class ForgottenPoolTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void The_memory_of_forgotten_pools_is_given_back()
    {
        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int i = 0; i < 50; i++) Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 40);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        ChunkBuffer buffer = new BufferPool(MiB).TryRent(MiB)!;
        buffer.Span.Fill(1);
        buffer.Release();
    }
}
