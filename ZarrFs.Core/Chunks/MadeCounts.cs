namespace ZarrFs.Core.Chunks;

/// <summary>Chunks that were made since the start, whoever wanted them; what was read back from a disk is not among them.</summary>
/// <param name="Exact">Exact ones.</param>
/// <param name="Previews">Previews.</param>
public readonly record struct MadeCounts(long Exact, long Previews);
