namespace ZarrFs.Core.Materialize.Verifying;

/// <summary>What verifying a store has found.</summary>
/// <param name="Chunks">Chunks that were compared, those without files included.</param>
/// <param name="Differences">The first of each kind, no more than <see cref="MostListed"/>.</param>
/// <param name="Counts">How many there are of each kind.</param>
public sealed record StoreReport(long Chunks, IReadOnlyList<StoreDifference> Differences, IReadOnlyDictionary<StoreDifferenceKind, long> Counts)
{
    /// <summary>Most differences of a kind that are kept.</summary>
    public const int MostListed = 100;

    /// <summary>True if nothing differs.</summary>
    public bool IsGood => Counts.Count == 0;
}
