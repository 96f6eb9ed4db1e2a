using System.Collections.Concurrent;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Journaling;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>What is known of a store that is being written: the state of each chunk, and the problems found. Safe from any thread.</summary>
internal sealed class StoreProgress
{
    private readonly IReadOnlyList<LevelPlace?> _places;
    private readonly ChunkStates?[] _states;
    private readonly ConcurrentDictionary<SourceProblem, bool> _problems = new();

    public StoreProgress(IReadOnlyList<LevelPlace?> places)
    {
        _places = places;
        _states = [.. places.Select(place => place is null ? null : new ChunkStates((long)place.Keys.Chunks))];
    }

    /// <summary>Chunks at all levels that are taken.</summary>
    public long Chunks => _states.Sum(states => states?.Count ?? 0);

    /// <summary>Those that are written or known to be empty.</summary>
    public long Done => _states.Sum(states => states?.Known ?? 0);

    /// <summary>True if the journal said that all levels are whole and are being put in place.</summary>
    public bool IsSwapping { get; private set; }

    /// <summary>The problems, in the order of their planes.</summary>
    public IReadOnlyList<SourceProblem> Problems =>
        [.. _problems.Keys.OrderBy(p => p.T).ThenBy(p => p.C).ThenBy(p => p.Z).ThenBy(p => p.Path, StringComparer.Ordinal)];

    public ChunkState this[in ChunkAddress address] =>
        _states[address.Level] is { } states ? states[IndexOf(address)] : ChunkState.Missing;

    /// <summary>Says what is known of a chunk; false if that was known before.</summary>
    public bool TrySet(in ChunkAddress address, ChunkState state) => _states[address.Level]!.TrySet(IndexOf(address), state);

    /// <summary>True if a problem was added before.</summary>
    public bool Knows(SourceProblem problem) => _problems.ContainsKey(problem);

    /// <summary>Adds a problem; one that is known stays as it is.</summary>
    public void Add(SourceProblem problem) => _problems.TryAdd(problem, true);

    /// <summary>Takes over what an earlier run has left.</summary>
    public void Replay(JournalContent content, string boot)
    {
        foreach (string record in content.Records(boot))
        {
            if (record.StartsWith(Journal.Problem, StringComparison.Ordinal))
            {
                if (JournalProblem.Parse(record[Journal.Problem.Length..]) is { } problem) Add(problem);
            }
            else if (record == Journal.Swapping)
            {
                IsSwapping = true;
            }
            else if (!record.StartsWith(Journal.Synced, StringComparison.Ordinal)
                && JournalRun.Parse(record.AsSpan(record.IndexOf(' ') + 1)) is { } run)
            {
                Replay(run);
            }
        }
    }

    /// <summary>
    /// Forgets chunks whose files are gone or not of a length they can have, since somebody may have tidied up between two runs; and chunks
    /// that were recorded before all those below them: what is done is not looked below.
    /// </summary>
    /// <param name="fileOf">The path of a chunk's file.</param>
    public void ForgetDoubtful(Func<LevelPlace, ChunkAddress, string> fileOf)
    {
        for (int level = 0; level < _states.Length; level++)
        {
            if (_states[level] is not { } states) continue;
            LevelPlace place = _places[level]!;
            for (long i = 0; i < states.Count; i++)
            {
                if (states[i] == ChunkState.Missing) continue;
                ChunkAddress address = place.Keys.Address(0, level, i);
                if (!IsDoneBelow(address) || (states[i] == ChunkState.Written && !IsThere(place, fileOf(place, address)))) states.Forget(i);
            }
        }
    }

    /// <exception cref="StoreException">Not all chunks are done.</exception>
    public void CheckComplete(string store)
    {
        if (Done != Chunks) throw new StoreException(store, $"only {Done} of {Chunks} chunks are done, so it cannot be finished; please report this");
    }

    private static bool IsThere(LevelPlace place, string path)
    {
        var file = new FileInfo(path);
        return file.Exists && place.CanHaveLength(file.Length);
    }

    /// <summary>True if the chunks that a chunk is halved from are done; those were looked at before.</summary>
    private bool IsDoneBelow(in ChunkAddress address)
    {
        if (address.Level == 0 || _states[address.Level - 1] is not { } below) return true;
        ChunkKeys keys = _places[address.Level - 1]!.Keys;
        for (int corner = 0; corner < 8; corner++)
        {
            var child = new ChunkAddress(
                0, address.Level - 1, address.T, address.C,
                (2 * address.Z) + (corner >> 2), (2 * address.Y) + ((corner >> 1) & 1), (2 * address.X) + (corner & 1));
            if (keys.Contains(child) && below[keys.Index(child)] == ChunkState.Missing) return false;
        }

        return true;
    }

    private void Replay(in JournalRun run)
    {
        if (run.Run.Level >= _places.Count || _places[run.Run.Level] is not { } place || _states[run.Run.Level] is not { } states) return;
        for (int i = 0; i < run.Empty.Length; i++)
        {
            ChunkAddress address = run.Run[i];
            if (place.Keys.Contains(address)) states.TrySet(place.Keys.Index(address), run.Empty[i] ? ChunkState.Empty : ChunkState.Written);
        }
    }

    private long IndexOf(in ChunkAddress address)
    {
        ChunkKeys keys = _places[address.Level]!.Keys;
        return keys.Contains(address) ? keys.Index(address) : throw new ArgumentOutOfRangeException(nameof(address), address, "the store has no such chunk");
    }
}
