using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize;

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

    /// <summary>Plans a build.</summary>
    /// <param name="scope">What is built.</param>
    /// <param name="budget">Most bytes of buffers.</param>
    /// <param name="workers">Threads that read and halve.</param>
    /// <exception cref="OptionException">The budget is too small; the message says how much is needed.</exception>
    public static BuildPlan For(BuildScope scope, long budget, int workers)
    {
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
            "--max-gb", $"{budget >> 20} MiB for buffers is too little; chunks of {scope.Volume.Chunk} in {scope.Volume.Levels.Count} levels need {((long)LeastBytes(scope, 1, workers) >> 20) + 1} MiB at least");
    }

    /// <summary>Chunks of a run of a level along x, as far as the level reaches.</summary>
    public int WidthAt(int level) => Math.Max(1, Width >> level);

    /// <summary>Buffers of one open run of each level, and what each worker reads into.</summary>
    private static Int128 LeastBytes(BuildScope scope, long width, int workers)
    {
        Int128 chunks = 0;
        foreach (Level level in scope.Volume.Levels) chunks += Math.Min(level.Grid.Counts.X, Math.Max(1, width >> level.Index));
        return (chunks * scope.Channels * SizeClass.BytesOf(scope.Volume.ChunkBytes)) + ((Int128)workers * BandReader.ScratchBytes);
    }
}
