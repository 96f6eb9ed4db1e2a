namespace ZarrFs.Core.Sources;

/// <summary>
/// The problems found so far, up to a limit: a store may have more damaged chunks than there is memory to tell of each. The last one that is
/// listed says that there are more. Readers get a list that no longer changes.
/// </summary>
/// <param name="most">The limit; slices are never so many.</param>
internal sealed class ProblemList(int most = ProblemList.Most)
{
    public const int Most = 100_000;

    private readonly Lock _sync = new();
    private readonly List<SourceProblem> _problems = [];
    private IReadOnlyList<SourceProblem>? _snapshot = [];

    public void Add(SourceProblem problem)
    {
        lock (_sync)
        {
            if (_problems.Count >= most) return;
            if (_problems.Count == most - 1) problem = problem with { Message = $"{problem.Message}; what is found after this is not listed" };
            _problems.Add(problem);
            _snapshot = null;
        }
    }

    /// <summary>Takes out what is no problem any more.</summary>
    public void Remove(Predicate<SourceProblem> which)
    {
        lock (_sync)
        {
            if (_problems.RemoveAll(which) > 0) _snapshot = null;
        }
    }

    public IReadOnlyList<SourceProblem> Snapshot()
    {
        lock (_sync) return _snapshot ??= [.. _problems];
    }
}
