namespace ZarrFs.Core.Materialize.Verifying;

/// <summary>Counts differences and keeps the first of each kind. Safe from any thread.</summary>
internal sealed class DifferenceList
{
    private readonly Lock _sync = new();
    private readonly SortedDictionary<StoreDifferenceKind, long> _counts = [];
    private readonly List<StoreDifference> _kept = [];

    public void Add(StoreDifference difference)
    {
        lock (_sync)
        {
            long count = _counts.GetValueOrDefault(difference.Kind);
            _counts[difference.Kind] = count + 1;
            if (count < StoreReport.MostListed) _kept.Add(difference);
        }
    }

    public StoreReport Report(long chunks)
    {
        lock (_sync)
        {
            return new StoreReport(
                chunks, [.. _kept.OrderBy(d => d.Kind).ThenBy(d => d.Level).ThenBy(d => d.Path, StringComparer.Ordinal)],
                new Dictionary<StoreDifferenceKind, long>(_counts));
        }
    }
}
