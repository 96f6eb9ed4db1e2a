namespace ZarrFs.Core.Chunks;

/// <summary>Previews of coarse levels.</summary>
/// <param name="Mode">When there are any.</param>
/// <param name="ExactBudgetBytes">
/// With <see cref="PreviewMode.Auto"/>: most bytes of level-0 voxels that may have to be read for an exact chunk. Null is what the source gives
/// in a quarter of a second at its recent rate, for all chunks together that somebody waits for. The other quarter of the half second that four
/// readers should wait at most is for what else a chunk takes; a chunk that does not fit beside the others is a preview until it does.
/// What needs no more than 16 MiB is exact in any case.
/// </param>
/// <param name="Sharpens">With <see cref="PreviewMode.Auto"/>: exact chunks are made in place of previews when nobody waits.</param>
public sealed record PreviewOptions(PreviewMode Mode, long? ExactBudgetBytes = null, bool Sharpens = true)
{
    /// <summary>No previews.</summary>
    public static PreviewOptions Off { get; } = new(PreviewMode.Off);
}
