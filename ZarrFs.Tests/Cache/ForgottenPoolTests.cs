using System.Globalization;
using System.Runtime.CompilerServices;
using ZarrFs.Core.Cache;
using ZarrFs.Tests.Chunks;

namespace ZarrFs.Tests.Cache;

/// <summary>A pool's memory is a mapping without a name, which looks like any other's: its size is seen while no other test runs.</summary>
[Collection(nameof(HeapCollection))]
public sealed class ForgottenPoolTests
{
    private const int Pools = 50;
    private const long GiB = 1L << 30; // of address space, far more than anything else takes meanwhile

    [Fact]
    public void The_memory_of_forgotten_pools_is_given_back()
    {
        if (!OperatingSystem.IsLinux()) return;
        Collect(); // or pools of other tests would go meanwhile
        long before = AddressSpace();
        Forget(before);
        Collect();
        Assert.InRange(AddressSpace() - before, long.MinValue, Pools * GiB / 2);
    }

    /// <summary>Makes pools and disposes of them; their memory is there for as long as somebody has a buffer of each.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // or the test itself might still hold some
    private static void Forget(long before)
    {
        List<ChunkBuffer> held = [];
        for (int i = 0; i < Pools; i++)
        {
            using var pool = new BufferPool(GiB);
            held.Add(pool.TryRent(1 << 20)!);
            held[i].Span.Fill(1);
        }

        Assert.InRange(AddressSpace() - before, Pools * GiB / 2, long.MaxValue);
        Assert.All(held, buffer => Assert.Equal(-1, buffer.Span.IndexOfAnyExcept((byte)1)));
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static long AddressSpace()
    {
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("VmSize:", StringComparison.Ordinal));
        return long.Parse(line["VmSize:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
