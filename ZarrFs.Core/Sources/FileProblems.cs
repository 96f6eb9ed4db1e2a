using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources;

/// <summary>What is wrong with the files of a source, told to the log once each, for as long as they are the files that are read.</summary>
internal sealed class FileProblems(SourceOptions options)
{
    /// <summary>The whole file rather than one of its pages.</summary>
    public const int WholeFile = -1;

    private readonly Lock _sync = new();
    private readonly ProblemList _problems = new();
    private readonly HashSet<(SourceFile File, int Page)> _reported = [];

    // Until then nobody is told how bad slices are read: if none is good, nothing is.
    private volatile bool _isTold;

    public IReadOnlyList<SourceProblem> All => _problems.Snapshot();

    public void Add(SourceProblem problem) => _problems.Add(problem);

    /// <summary>Tells of a file, or of one of its pages, once.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="page">The page, or <see cref="WholeFile"/>.</param>
    /// <param name="planes">Gives the planes that come from it.</param>
    /// <param name="failure">What is wrong.</param>
    public void Report(SourceFile file, string path, int page, Func<PlaneSpan> planes, SourceException failure)
    {
        SourceProblem problem;
        lock (_sync)
        {
            if (file.IsReplaced || !_reported.Add((file, page))) return;
            PlaneSpan span = planes();
            problem = new SourceProblem(SourceProblemKind.Bad, span.Z, span.Depth, path, failure.Detail) { T = span.T, C = span.C };
            _problems.Add(problem);
        }

        if (_isTold) Log(problem);
    }

    /// <summary>What was wrong with a file that has been replaced need not be wrong with what has come in its place.</summary>
    public void Forgive(SourceFile file, string path)
    {
        lock (_sync)
        {
            if (_reported.RemoveWhere(reported => reported.File == file) > 0)
                _problems.Remove(problem => problem.Kind == SourceProblemKind.Bad && problem.Path == path);
        }
    }

    /// <summary>Logs what has been found so far, and from now on what is found.</summary>
    public void Tell()
    {
        _isTold = true;
        foreach (SourceProblem problem in All.Where(static problem => problem.Kind == SourceProblemKind.Bad)) Log(problem);
    }

    private void Log(SourceProblem problem)
    {
        if (options.BadSlices == BadSlicePolicy.Fill) SourceLog.BadFilled(options.Logger, problem.Path, problem.Message, problem.Planes);
        else SourceLog.BadFailing(options.Logger, problem.Path, problem.Message, problem.Planes);
    }
}
