namespace ZarrFs.Core.Sources;

/// <summary>The problems found so far. Readers get a list that no longer changes.</summary>
internal sealed class ProblemList
{
    private readonly Lock _sync = new();
    private readonly List<SourceProblem> _problems = [];
    private IReadOnlyList<SourceProblem>? _snapshot = [];

    public void Add(SourceProblem problem)
    {
        lock (_sync)
        {
            _problems.Add(problem);
            _snapshot = null;
        }
    }

    public IReadOnlyList<SourceProblem> Snapshot()
    {
        lock (_sync) return _snapshot ??= [.. _problems];
    }
}
