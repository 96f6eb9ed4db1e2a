using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Scratch;

namespace ZarrFs.Core.Materialize;

/// <summary>How the memory of a whole process is shared out while it builds: the runtime, what the store keeps, and buffers from the rest.</summary>
/// <param name="Bytes">Most bytes that the process may take at any time; null for as many as make it faster, half of the machine's at most.</param>
/// <param name="Scratch">Where to keep what has no room; null for nowhere.</param>
public sealed record MemoryLimit(long? Bytes, ScratchOptions? Scratch = null)
{
    /// <summary>What the program takes before its first buffer, and for its small objects afterwards.</summary>
    private const long BaseBytes = 96 << 20;

    private const string Option = "--memory (--max-gb)";

    /// <summary>Most bytes of buffers there can be, before it is known what is built.</summary>
    /// <exception cref="OptionException">The limit is below what any program takes.</exception>
    public long MostBuffers
    {
        get
        {
            if (Bytes is not { } limit) return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
            if (limit >= BaseBytes + (16 << 20)) return limit - BaseBytes;
            throw new OptionException(Option, $"{limit / 1e9:0.###} GB is less than the program takes by itself; at least {(BaseBytes + (16 << 20)) / 1e9:0.###} GB are needed, and more for large volumes");
        }
    }

    /// <summary>Plans a build within the limit.</summary>
    /// <param name="scope">What is built.</param>
    /// <param name="storeBytes">What the store keeps in memory: <see cref="StoreWriter.MemoryBytes"/>.</param>
    /// <param name="workers">Threads that read and halve.</param>
    /// <exception cref="OptionException">It is too small; says how much is needed.</exception>
    public BuildPlan Plan(BuildScope scope, long storeBytes, int workers) =>
        BuildPlan.For(scope, MostBuffers - storeBytes, workers, Scratch, BaseBytes + storeBytes);

    /// <summary>Most bytes that the process takes with a plan.</summary>
    public static long PeakBytes(BuildPlan plan, long storeBytes) => BaseBytes + storeBytes + plan.BufferBytes;
}
