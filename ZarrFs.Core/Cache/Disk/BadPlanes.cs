using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Tells which chunks are made of bad slices as far as known by now. Such a chunk holds zeros instead of what could not be read, and is not
/// kept: from a cache it would come without the error, the log line and the entry in the list.
/// </summary>
internal sealed class BadPlanes(Multiscale volume)
{
    private readonly Lock _sync = new();
    private IReadOnlyList<SourceProblem>? _seen;
    private volatile Dictionary<(int Level, long Z), List<SourceProblem>>? _bad;

    /// <summary>True if any of the slices that a chunk is made of is known to be bad.</summary>
    public bool Touch(in ChunkAddress address)
    {
        IReadOnlyList<SourceProblem> problems = volume.Volume.Source.Problems;
        if (problems.Count == 0) return false;
        if (!ReferenceEquals(problems, Volatile.Read(ref _seen))) Look(problems);
        if (_bad is not { } bad || !bad.TryGetValue((address.Level, address.Z), out List<SourceProblem>? here)) return false;
        (long t, long c, int samples) = (address.T, address.C, Math.Max(1, volume.Volume.Source.Unit.Channels));
        return here.Exists(problem => (problem.T ?? t) == t && (problem.C ?? c) / samples == c / samples);
    }

    /// <summary>Puts each bad slice down for the rows of chunks that it is in.</summary>
    private void Look(IReadOnlyList<SourceProblem> problems)
    {
        lock (_sync)
        {
            if (ReferenceEquals(problems, _seen)) return;
            var bad = new Dictionary<(int, long), List<SourceProblem>>();
            foreach (SourceProblem problem in problems.Where(problem => problem.Kind == SourceProblemKind.Bad))
            {
                foreach (Level level in volume.Levels)
                {
                    // A Gaussian step reaches 2 voxels beyond what is halved, so all steps together fewer than 4 of this level.
                    long reach = volume.Method == DownsampleMethod.Gaussian ? 4L << level.Index : 0;
                    long depth = (long)volume.Chunk.Z << level.Index, first = problem.Z - volume.Volume.OriginZ - reach, end = first + problem.Depth + (2 * reach);
                    for (long z = Math.Max(0, first / depth); z < level.Grid.Counts.Z && z * depth < end; z++)
                    {
                        if (!bad.TryGetValue((level.Index, z), out List<SourceProblem>? here)) bad.Add((level.Index, z), here = []);
                        here.Add(problem);
                    }
                }
            }

            _bad = bad;
            Volatile.Write(ref _seen, problems);
        }
    }
}
