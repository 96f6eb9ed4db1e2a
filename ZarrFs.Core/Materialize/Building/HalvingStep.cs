using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>The step of all methods that need no voxel beyond the 2×2×2: four runs become one.</summary>
internal sealed class HalvingStep(BuildContext context, RunShelf shelf, in ChunkRun part, long firstZ) : LevelStep(context, shelf, part, firstZ)
{
    /// <inheritdoc/>
    public override void Add(in ChunkRun run, ChunkBuffer?[] chunks)
    {
        long z = run.Z / 2, y = run.Y / 2;
        if (z < FirstZ) return;
        bool lastZ = run.Z % 2 == 1 || run.Z == Below.Counts.Z - 1, lastY = run.Y % 2 == 1 || run.Y == Below.Counts.Y - 1;
        Context.HalveInto(Run(z, y), Take(z, y).Buffers, run, chunks);
        Put(z, y, lastY ? TimeOf(run.Z + 1, 2 * y) : TimeOf(run.Z, run.Y + 1), lastZ && lastY);
    }
}
