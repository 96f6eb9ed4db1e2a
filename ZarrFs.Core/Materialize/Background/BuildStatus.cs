using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>How far the background build of a volume is.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Levels">The levels that are built.</param>
/// <param name="DoneBytes">Bytes of level-0 voxels gone through, with those that earlier runs have done.</param>
/// <param name="TotalBytes">Bytes of level-0 voxels there are; 0 before it has begun.</param>
/// <param name="Rate">Bytes of voxels a second, pauses counted; 0 if it has not begun.</param>
/// <param name="Left">About how long it will take yet; null while nothing can be said.</param>
/// <param name="Reason">Why it has failed or is skipped; null otherwise.</param>
public sealed record BuildStatus(BuildState State, LevelSet Levels, long DoneBytes, long TotalBytes, double Rate, TimeSpan? Left, string? Reason);
