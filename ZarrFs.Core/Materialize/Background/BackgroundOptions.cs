using ZarrFs.Core.Scratch;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>What the background build may take.</summary>
/// <param name="Pyramid">Which levels are wanted.</param>
/// <param name="MaxBytes">Most bytes of the cache.</param>
/// <param name="MemoryBytes">Most bytes of buffers; a part of the one budget, and never what those need who make chunks for readers.</param>
/// <param name="Workers">Threads that read and halve; as many write.</param>
/// <param name="Scratch">Where to keep what has no room in memory; null for nowhere.</param>
public sealed record BackgroundOptions(BuildPyramidOption Pyramid, long MaxBytes, long MemoryBytes, int Workers, ScratchOptions? Scratch = null)
{
    /// <summary>What of a memory budget is its part: to tell which budget is needed if <see cref="MemoryBytes"/> is too little.</summary>
    public Func<long, long> PartOf { get; init; } = budget => budget / 4;

    /// <summary>What there is for it at the moment, if that is less than <see cref="MemoryBytes"/>: volumes that come later may leave less. Asked before each volume.</summary>
    public Func<long> MemoryNow { get; init; } = static () => long.MaxValue;

    /// <summary>When what has failed is tried again: after this time, then after twice as long, and so on up to ten minutes.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);
}
