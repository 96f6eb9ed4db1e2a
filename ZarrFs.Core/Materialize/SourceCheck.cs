using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize;

/// <summary>Looks at every header of a source before anything is written, and tells which bad slices matter to what is built.</summary>
public static class SourceCheck
{
    private const int MostListed = 20;

    /// <summary>Looks at every header.</summary>
    /// <param name="scope">What is to be built.</param>
    /// <param name="policy">What the source was opened with.</param>
    /// <param name="progress">Told the share of files, from 0 to 1.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="SourceException">Slices are bad, and the policy is <see cref="BadSlicePolicy.Fail"/>; the message lists them.</exception>
    public static void Run(BuildScope scope, BadSlicePolicy policy, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ISource source = scope.Volume.Volume.Source;
        source.CheckAll(progress, cancellationToken);
        IReadOnlyList<SourceProblem> bad = BadSlices(scope);
        if (bad.Count == 0 || policy == BadSlicePolicy.Fill) return;
        throw new SourceException(
            source.Path,
            $"{Count(bad.Count)}, and nothing more is written; mend them and run the same command again, or go on without them: --on-bad-slice fill\n{List(bad)}");
    }

    /// <summary>The bad slices found so far that hold voxels of what is built.</summary>
    public static IReadOnlyList<SourceProblem> BadSlices(BuildScope scope) => BadSlices(scope, scope.Volume.Volume.Source.Problems);

    /// <summary>Of some problems of the source, the bad slices that hold voxels of what is built.</summary>
    internal static IReadOnlyList<SourceProblem> BadSlices(BuildScope scope, IEnumerable<SourceProblem> problems)
    {
        Volume volume = scope.Volume.Volume;
        long z = volume.OriginZ, end = z + volume.Shape.Z;
        LeadingIndex leading = scope.Volume.Leading;
        int samples = Math.Max(1, volume.Source.Unit.Channels);
        return
        [
            .. problems.Where(problem =>
                problem.Kind == SourceProblemKind.Bad && problem.Z < end && problem.Z + problem.Depth > z
                && (!scope.OnlyLeading || ((problem.T ?? leading.T) == leading.T && (problem.C ?? leading.C) / samples == leading.C / samples))),
        ];
    }

    /// <summary><c>2 slices are bad</c>.</summary>
    public static string Count(int slices) => slices == 1 ? "1 slice is bad" : $"{slices} slices are bad";

    /// <summary>A line for each bad slice, the first of them where there are many.</summary>
    public static string List(IReadOnlyList<SourceProblem> bad)
    {
        IEnumerable<string> lines = bad.Take(MostListed).Select(problem => $"  {problem.Planes}: {problem.Path}: {problem.Message}");
        if (bad.Count > MostListed) lines = lines.Append($"  … and {bad.Count - MostListed} more (zarrfs info --json lists all)");
        return string.Join('\n', lines);
    }
}
