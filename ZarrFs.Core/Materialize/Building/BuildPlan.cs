using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// How a build goes through a volume and what memory it takes. Depth first, one run of each level is open at a time: the memory is that of
/// two runs of level 0 and one of each other level, about <c>3 × chunk² × width</c> voxels, whatever the depth and the height of the volume.
/// </summary>
public sealed record BuildPlan
{
    private BuildPlan(BuildScope scope, int width, int workers, long bufferBytes, long queueBytes)
    {
        Scope = scope;
        Width = width;
        Workers = workers;
        BufferBytes = bufferBytes;
        QueueBytes = queueBytes;
    }

    /// <summary>What is built.</summary>
    public BuildScope Scope { get; }

    /// <summary>Chunks of a level-0 run along x: a power of two, at least the whole width where memory allows.</summary>
    public int Width { get; }

    /// <summary>Threads that read and halve; as many more encode and write.</summary>
    public int Workers { get; }

    /// <summary>Bytes of buffers that are in use at most.</summary>
    public long BufferBytes { get; }

    /// <summary>Bytes of finished chunks that may wait to be written.</summary>
    public long QueueBytes { get; }

    /// <summary>Bytes on disk that may be needed for what has no room in memory: 0 where the walk is depth first.</summary>
    public long ScratchBytes { get; private init; }

    /// <summary>Where those are; null for nowhere.</summary>
    public ScratchOptions? Scratch { get; private init; }

    /// <summary>True if the walk is slab by slab.</summary>
    internal bool IsSlabs { get; private init; }

    /// <summary>Bytes of runs that wait in memory in a walk slab by slab.</summary>
    internal long ShelfBytes { get; private init; }

    /// <summary>Plans a build.</summary>
    /// <param name="scope">What is built.</param>
    /// <param name="budget">Most bytes of buffers.</param>
    /// <param name="workers">Threads that read and halve.</param>
    /// <param name="scratch">Where to keep what has no room in memory: decoded slices, and what the Gaussian method leaves open; null for nowhere.</param>
    /// <param name="besides">Bytes that the process takes besides buffers: only told.</param>
    /// <exception cref="OptionException">The budget is too small; the message says how much is needed.</exception>
    public static BuildPlan For(BuildScope scope, long budget, int workers, ScratchOptions? scratch = null, long besides = 0)
    {
        if (SlabMemory.IsFor(scope)) return ForSlabs(new SlabMemory(scope, workers), budget, scratch, besides);
        long chunk = SizeClass.BytesOf(scope.Volume.ChunkBytes);
        long whole = scope.Volume.Levels[0].Grid.Counts.X;
        for (long width = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)whole); width >= 1; width /= 2)
        {
            Int128 least = LeastBytes(scope, width, workers), run = (Int128)Math.Min(width, whole) * scope.Channels * chunk;
            // A second run of level 0 is read while the first is written; with less, reading waits for writing at times.
            Int128 queue = Int128.Min(budget - least, run);
            if (width > int.MaxValue || (width > 1 ? 2 * queue < run : queue < 0)) continue;
            return new BuildPlan(scope, (int)width, workers, (long)(least + queue), (long)queue);
        }

        throw new OptionException(
            "--memory (--max-gb)",
            $"{(budget + besides) / 1e9:0.###} GB of memory is too little; {workers} threads that make {scope.Volume.Levels.Count} levels of {scope.Volume.Chunk} chunks need "
            + $"at least {Gigabytes(LeastBytes(scope, 1, workers) + besides)} (fewer --threads or a smaller --chunk-size need less)");
    }

    private static BuildPlan ForSlabs(SlabMemory memory, long budget, ScratchOptions? scratch, long besides)
    {
        if (memory.Least > budget)
        {
            throw new OptionException(
                "--memory (--max-gb)",
                $"{(budget + besides) / 1e9:0.###} GB of memory is too little; {memory.Reason}, which needs at least {Gigabytes(memory.Least + besides)} "
                + "(fewer --threads or a smaller --chunk-size need less)");
        }

        // Reading a run while the one before is written matters less than keeping what would otherwise go through the disk twice.
        long spare = budget - (long)memory.Least, disk = scratch?.MaxBytes ?? 0;
        long shelf = (long)Int128.Min(spare, Int128.Min(memory.Waiting, Int128.Max(spare / 4 * 3, memory.Waiting - disk)));
        long queue = (long)Int128.Min(memory.Run, spare - shelf);
        shelf = (long)Int128.Min(memory.Waiting, spare - queue);
        var parked = (long)Int128.Min(long.MaxValue, memory.Waiting - shelf);
        if (parked > disk)
        {
            string there = scratch is null or { MaxBytes: 0 } ? "nothing may be kept on disk" : $"{Gigabytes(disk)} may be kept in {scratch.Directory}";
            throw new OptionException(
                "--memory (--max-gb)",
                $"{(budget + besides) / 1e9:0.###} GB of memory leaves {Gigabytes(parked)} without room, since {memory.Reason}, and {there}; "
                + $"allow that much there (--scratch, --scratch-size), or {Gigabytes(memory.Least + memory.Waiting + besides)} of memory");
        }

        return new BuildPlan(memory.Scope, memory.Width, memory.Workers, (long)memory.Least + queue + shelf, queue)
        {
            IsSlabs = true, ShelfBytes = shelf, ScratchBytes = parked, Scratch = scratch,
        };
    }

    /// <summary>The least bytes of buffers that <see cref="For"/> makes a plan with.</summary>
    public static Int128 LeastBytes(BuildScope scope, int workers, ScratchOptions? scratch)
    {
        if (!SlabMemory.IsFor(scope)) return LeastBytes(scope, 1, workers);
        var memory = new SlabMemory(scope, workers);
        return memory.Least + Int128.Max(0, memory.Waiting - (scratch?.MaxBytes ?? 0));
    }

    /// <summary>Chunks of a run of a level along x, as far as the level reaches.</summary>
    public int WidthAt(int level) => Math.Max(1, Width >> level);

    /// <summary>What is needed, never less than it is.</summary>
    private static string Gigabytes(Int128 bytes) => $"{Math.Ceiling((double)bytes / 1e6) / 1e3:0.###} GB";

    /// <summary>Buffers of one open run of each level, and what each worker reads into.</summary>
    private static Int128 LeastBytes(BuildScope scope, long width, int workers)
    {
        Int128 chunks = 0;
        foreach (Level level in scope.Volume.Levels) chunks += Math.Min(level.Grid.Counts.X, Math.Max(1, width >> level.Index));
        return (chunks * scope.Channels * SizeClass.BytesOf(scope.Volume.ChunkBytes)) + ((Int128)workers * BandReader.ScratchBytes);
    }
}
