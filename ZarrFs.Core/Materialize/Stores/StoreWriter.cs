using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Journaling;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>
/// A store on a disk that is being written. Each chunk file appears as a whole; a journal in <c>.zarrfs</c> knows what is done, so that the
/// same build goes on where it was stopped, however that was; the metadata come last. Disposing it unfinished leaves a store that can be
/// continued.
/// </summary>
public sealed class StoreWriter : IChunkSink, IDisposable
{
    /// <summary>Most chunks of all levels together: what is known of them takes 250 MB then.</summary>
    public const long MostChunks = 1_000_000_000;

    private readonly StoreTarget _target;
    private readonly StorePaths _paths;
    private readonly BuildCounters _counters;
    private readonly IDiskSync _sync;
    private readonly StoreLock _lock;
    private readonly StoreProgress _progress;
    private readonly StoreFailures _failures;
    private readonly ChunkFiles _files;
    private readonly ByteBuffers? _encoded;
    private readonly Journal _journal;
    private readonly JournalSync _journalSync;

    private StoreWriter(StoreTarget target, StorePaths paths, BuildCounters counters, IDiskSync sync, StoreLock held, JournalContent? begun, TimeSpan syncEvery)
    {
        _target = target;
        _paths = paths;
        _counters = counters;
        _sync = sync;
        _lock = held;
        _progress = new StoreProgress(target.Levels);
        _failures = new StoreFailures(paths.Store, StillNeeded);
        _files = new ChunkFiles(paths.Store, paths.Temporary, sync, _failures);
        if (EncodedBytes(target) is > 0 and int length) _encoded = new ByteBuffers(target.Writers, length);
        StoreRemoval.DeleteTree(paths.Temporary);
        Directory.CreateDirectory(paths.Temporary);
        IsResumed = begun is not null;
        _journal = begun is null ? Begin() : Continue(begun);
        _journalSync = new JournalSync(_journal, sync, syncEvery);
    }

    /// <summary>True if an earlier run is continued.</summary>
    public bool IsResumed { get; }

    /// <summary>Chunks of the levels that are taken.</summary>
    public long Chunks => _progress.Chunks;

    /// <summary>Those of them that are done, in this run or before.</summary>
    public long DoneChunks => _progress.Done;

    /// <summary>Slices that were noted as missing or bad, in this run or before.</summary>
    public IReadOnlyList<SourceProblem> Problems => _progress.Problems;

    /// <summary>Opens a store to write it: a new one, or what an earlier run of the same identity has left.</summary>
    /// <param name="target">What to write where.</param>
    /// <param name="counters">Told what is written.</param>
    /// <param name="deleted">Told from time to time how many files of a store that is overwritten are deleted.</param>
    /// <exception cref="StoreException">The place is taken by something else, or cannot be written; says what to do.</exception>
    /// <exception cref="OptionException">There would be more chunks than can be kept track of.</exception>
    public static StoreWriter Open(StoreTarget target, BuildCounters counters, Action<long>? deleted = null) =>
        Open(target, counters, store => new DiskSync(store), JournalSync.Usual, deleted);

    /// <summary>Bytes of memory that a writer of this target takes at most.</summary>
    public static long MemoryBytes(StoreTarget target) =>
        target.Levels.Sum(place => place is null ? 0 : ChunkStates.BytesFor((long)place.Keys.Chunks)) + (target.Writers * target.Levels.Max(place => place?.CodecBytes ?? 0));

    internal static StoreWriter Open(StoreTarget target, BuildCounters counters, Func<string, IDiskSync> sync, TimeSpan syncEvery, Action<long>? deleted = null)
    {
        target = target with { Path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target.Path)) };
        CheckChunks(target);
        var paths = new StorePaths(target.Path);
        (StoreLock held, JournalContent? begun) = StoreOpening.Prepare(target, paths, deleted);
        IDiskSync? disk = null;
        try
        {
            disk = sync(paths.Store);
            return new StoreWriter(target, paths, counters, disk, held, begun, syncEvery);
        }
        catch (Exception failure)
        {
            disk?.Dispose();
            held.Dispose();
            if (StoreFailures.IsFromSystem(failure)) throw new StoreFailures(paths.Store, () => 0).Writing(paths.Inside, failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Takes(int level) => _target.Levels[level] is not null;

    /// <inheritdoc/>
    public ChunkState StateOf(in ChunkAddress address) => _progress[address];

    /// <inheritdoc/>
    public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        ThrowIfSyncFailed();
        LevelPlace place = _target.Levels[address.Level]!;
        ArgumentOutOfRangeException.ThrowIfNotEqual(raw.Length, place.ChunkBytes, nameof(raw));
        string path = FileOf(place, address);
        bool durable = _target.Durability == Durability.Each;
        if (place.Codec is { } codec)
        {
            WriteEncoded(codec, path, raw, durable);
            return;
        }

        _files.Put(path, raw[..Zeros.UsedBytes(raw)], raw.Length, durable);
        _counters.AddWritten(raw.Length);
    }

    /// <inheritdoc/>
    public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(empty.Length, run.Chunks, nameof(empty));
        ThrowIfSyncFailed();
        if (_target.Levels[run.Level] is not { } place) return;
        if (_target.Durability == Durability.Each)
        {
            SyncDirectories(place, run, empty);
            Record(Journal.DurableRun + JournalRun.Format(run, empty));
        }
        else
        {
            Record(Journal.Run + JournalRun.Format(run, empty));
        }

        for (int i = 0; i < empty.Length; i++)
        {
            _progress.TrySet(run[i], empty[i] ? ChunkState.Empty : ChunkState.Written);
        }
    }

    /// <inheritdoc/>
    public void Load(in ChunkAddress address, Span<byte> raw)
    {
        LevelPlace place = _target.Levels[address.Level]!;
        string path = FileOf(place, address);
        if (!ChunkReading.TryRead(place, path, _encoded, raw)) throw StoreFailures.Damaged(path, "is gone");
    }

    /// <summary>
    /// Notes a slice that is missing or bad, so that it is listed at the end even if another run comes to it. Before the runs that it is in are
    /// completed; once is enough, more often does no harm.
    /// </summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public void Note(SourceProblem problem)
    {
        // Recorded first: what is only in memory would be forgotten by the next run, and not be said again in this one.
        if (_progress.Knows(problem)) return;
        Record(Journal.Problem + JournalProblem.Format(problem));
        _progress.Add(problem);
    }

    /// <summary>Puts the metadata in place once all chunks are done. From then on the directory is the store and nothing else.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public void Finish()
    {
        _progress.CheckComplete(_paths.Store);
        _journalSync.Dispose();
        ThrowIfSyncFailed();
        try
        {
            var finish = new StoreFinish(_target, _paths, _files, _sync);
            finish.PutInPlace(_target.Documents(Problems), _journal, _progress.IsSwapping);
            finish.CleanUp(_lock);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            throw _failures.Writing(_paths.Store, failure);
        }
    }

    /// <summary>Lets the store go; unless it is finished, it can be continued.</summary>
    public void Dispose()
    {
        _journalSync.Dispose();
        _journal.Dispose();
        _sync.Dispose();
        _encoded?.Dispose();
        _lock.Dispose();
    }

    private static int EncodedBytes(StoreTarget target) => (int)target.Levels.Max(place => place?.Codec is null ? 0 : place.MostFileBytes);

    private static void CheckChunks(StoreTarget target)
    {
        Int128 chunks = 0;
        foreach (LevelPlace? place in target.Levels) chunks += place?.Keys.Chunks ?? 0;
        if (chunks > MostChunks)
            throw new OptionException("--chunk-size", $"{target.Path} would have {chunks} chunks; the limit is {MostChunks}. Larger chunks make fewer");
    }

    private Journal Begin()
    {
        // The store's own name: all others are in it.
        if (_target.Durability == Durability.Each) _sync.Directory(_paths.Parent);
        return Journal.Create(_paths.Journal, new JournalHeader(_target.Identity, _target.Extends, JournalHeader.CurrentBoot()), [], _sync);
    }

    private Journal Continue(JournalContent begun)
    {
        string boot = JournalHeader.CurrentBoot();
        _progress.Replay(begun, boot);
        if (!_progress.IsSwapping) _progress.ForgetDoubtful((place, address) => FileOf(place, address));
        return begun.IsAllKept(boot)
            ? Journal.Open(_paths.Journal, begun.WholeLength(), begun.LastSynced(), _sync)
            : Journal.Create(_paths.Journal, begun.Header with { Boot = boot }, begun.Records(boot), _sync);
    }

    private void WriteEncoded(Codec codec, string path, ReadOnlySpan<byte> raw, bool durable)
    {
        byte[] buffer = _encoded!.Rent();
        try
        {
            int length = codec.Encode(raw, buffer);
            _files.Put(path, buffer.AsSpan(0, length), length, durable);
            _counters.AddWritten(length);
        }
        catch (CodecException failure)
        {
            throw new StoreException(path, $"cannot be encoded ({failure.Message})", failure);
        }
        finally
        {
            _encoded.Return(buffer);
        }
    }

    private void SyncDirectories(LevelPlace place, in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        string? last = null;
        for (int i = 0; i < empty.Length; i++)
        {
            if (empty[i]) continue;
            string directory = Path.GetDirectoryName(FileOf(place, run[i]))!;
            if (directory == last) continue;
            last = directory;
            try
            {
                _sync.Directory(directory);
            }
            catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
            {
                throw _failures.Writing(directory, failure);
            }
        }
    }

    private void Record(string record)
    {
        try
        {
            _journal.Append(record, _target.Durability == Durability.Each);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            throw _failures.Writing(_paths.Journal, failure);
        }
    }

    private void ThrowIfSyncFailed()
    {
        if (_journalSync.Failure is { } failure) throw _failures.Writing(_paths.Store, failure);
    }

    private string FileOf(LevelPlace place, in ChunkAddress address) =>
        Path.Combine(_target.Extends ? _paths.Levels : _paths.Store, place.PathOf(address));

    /// <summary>About how many bytes are still to be written: as many a chunk as so far.</summary>
    private long StillNeeded()
    {
        long made = _counters.ChunksWritten + _counters.ChunksEmpty, written = _counters.WrittenBytes;
        double each = written > 0 ? (double)written / made : _target.Levels.Max(place => place?.ChunkBytes ?? 0);
        return (long)((Chunks - DoneChunks) * each);
    }
}
