using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Native;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>
/// Builds the levels of the volumes into the disk cache, one volume after the other, while others read: at the lowest priority, out of the
/// way while somebody waits, and where it was when it is started again, since it asks the cache what is there. What fails is tried again
/// later.
/// </summary>
public sealed partial class BackgroundBuild : IDisposable
{
    private readonly IReadOnlyList<Multiscale> _volumes;
    private readonly IChunkDisk _disk;
    private readonly BufferPool _pool;
    private readonly BackgroundOptions _options;
    private readonly ILogger _logger;
    private readonly Action<ChunkAddress> _made;
    private readonly ReaderPace? _pace;
    private readonly LevelSet _asked;
    private readonly Lock _changing = new();
    private readonly AutoResetEvent _isChanged = new(initialState: false);
    private BuildTurn[] _turns = [];

    /// <param name="volumes">The catalogue.</param>
    /// <param name="disk">The cache.</param>
    /// <param name="pool">Where all buffers come from.</param>
    /// <param name="options">What it may take.</param>
    /// <param name="logger">Told what is built, what does not fit and what fails.</param>
    /// <param name="made">Told of each chunk that has come into the cache; on a thread of ordinary priority.</param>
    /// <param name="pace">Holds it up; null for never.</param>
    public BackgroundBuild(
        IReadOnlyList<Multiscale> volumes, IChunkDisk disk, BufferPool pool, BackgroundOptions options, ILogger logger,
        Action<ChunkAddress>? made = null, ReaderPace? pace = null)
    {
        _volumes = volumes;
        _disk = disk;
        _pool = pool;
        _options = options;
        _logger = logger;
        _made = made ?? (_ => { });
        _pace = pace;
        _asked = LevelSet.From(options.Pyramid.First ?? Multiscale.MostLevels);
        Add(0, volumes);
    }

    /// <summary>Set when there is something to build again after <see cref="Run(CancellationToken)"/> has ended.</summary>
    public WaitHandle Changed => _isChanged;

    /// <summary>Adds volumes, for which there is what those before leave of the cache's room.</summary>
    /// <param name="first">The number of the first of them; the others' follow.</param>
    /// <param name="volumes">The volumes.</param>
    /// <param name="leaving">Numbers of those that will be removed when these are shown: what they have of the room is these volumes' too.</param>
    public void Add(int first, IReadOnlyList<Multiscale> volumes, params IEnumerable<int> leaving)
    {
        lock (_changing)
        {
            // Numbers whose volumes were given up before they came here.
            for (int number = _turns.Length; number < first; number++)
            {
                var none = new BuildTurn(number, _volumes[number], default, default, _options.RetryAfter);
                _ = none.RemoveAsync();
                Volatile.Write(ref _turns, [.. _turns, none]);
            }

            LevelSet[] wanted = [.. volumes.Select((volume, i) => CacheSpace.Kept(volume, first + i, _asked, _disk))];
            Int128 taken = _turns.Where(turn => !turn.IsRemoved && !leaving.Contains(turn.Number)).Aggregate(Int128.Zero, (sum, turn) => sum + CacheSpace.BytesOf(turn.Volume, turn.Levels));
            IReadOnlyList<LevelSet> fitting = CacheSpace.Fit(volumes, wanted, (long)Int128.Max(0, _options.MaxBytes - taken));
            Volatile.Write(ref _turns, [.. _turns, .. volumes.Select((volume, i) => new BuildTurn(first + i, volume, wanted[i], fitting[i], _options.RetryAfter))]);
        }

        _isChanged.Set();
    }

    /// <summary>Builds nothing of a volume any more; ends when nothing is under way of it, at once where there never was.</summary>
    public Task RemoveAsync(int number) => Volatile.Read(ref _turns) is { } turns && number < turns.Length ? turns[number].RemoveAsync() : Task.CompletedTask;

    /// <summary>How far each volume is, by number. May be asked at any time.</summary>
    public IReadOnlyList<BuildStatus> Status
    {
        get
        {
            bool isHolding = _pace?.IsHolding == true;
            return [.. Volatile.Read(ref _turns).Select(turn => turn.Status(isHolding))];
        }
    }

    /// <summary>Builds until all is done.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was made by then is kept.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        while (true)
        {
            BuildTurn[] turns = Volatile.Read(ref _turns);
            foreach (BuildTurn turn in turns.Where(turn => turn.TryAnnounce())) Announce(turn);
            if (turns.Min(turn => turn.Due) is not { } next) return;
            int wait = (int)Math.Clamp(next - (double)Environment.TickCount64, 0, int.MaxValue);
            if (wait > 0) WaitHandle.WaitAny([cancellationToken.WaitHandle, _isChanged], wait);
            cancellationToken.ThrowIfCancellationRequested();
            foreach (BuildTurn turn in turns.Where(turn => turn.Due <= Environment.TickCount64)) Build(turn, cancellationToken);
        }
    }

    /// <summary>To be called when nothing runs any more.</summary>
    public void Dispose()
    {
        _isChanged.Dispose();
        foreach (BuildTurn turn in _turns) turn.Dispose();
    }

    private void Announce(BuildTurn turn)
    {
        LevelSet wanted = turn.Wanted;
        if (wanted.IsEmpty)
        {
            turn.End(BuildState.Skipped, turn.Volume.Levels.Count == 1 ? "it has one level, which is its source" : "the cache keeps none of the levels that are asked for");
            return;
        }

        string needed = Amount(CacheSpace.BytesOf(turn.Volume, wanted)), limit = Amount(_options.MaxBytes);
        if (turn.Levels.IsEmpty)
        {
            turn.End(BuildState.Skipped, $"levels {wanted} take {needed}, and --cache-size is {limit} for all volumes");
            LogNothingFits(turn.Volume.Name, wanted, needed, limit);
            return;
        }

        string built = Amount(CacheSpace.BytesOf(turn.Volume, turn.Levels)), read = Amount(CachePass.Scope(turn.Volume).VoxelBytes);
        if (turn.Levels != wanted) LogSomeFit(_options.Pyramid.IsAsked ? LogLevel.Warning : LogLevel.Information, turn.Volume.Name, wanted, needed, limit, turn.Levels);
        LogBegun(turn.Volume.Name, turn.Levels, built, limit, read);
    }

    private void Build(BuildTurn turn, CancellationToken stop)
    {
        using CancellationTokenSource? either = turn.TryEnter(stop);
        if (either is null) return;
        CancellationToken cancellationToken = either.Token;
        long memory = Math.Min(_options.MemoryBytes, _options.MemoryNow());
        try
        {
            BuildPlan plan = BuildPlan.For(CachePass.Scope(turn.Volume), memory, _options.Workers, _options.Scratch);
            var pass = new CachePass(turn.Volume, turn.Number, turn.Levels, _disk);
            turn.Begin(() => pass.Counters);
            Run(turn, pass, plan, cancellationToken);
            turn.End(BuildState.Done);
            LogDone(turn.Volume.Name, turn.Levels, Amount(pass.Counters.MadeVoxelBytes), pass.Counters.ChunksWritten);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            turn.End(BuildState.Waiting);
            stop.ThrowIfCancellationRequested(); // or the volume was removed
        }
        catch (OptionException)
        {
            string has = Amount(memory), needed = MemoryNeeded(turn.Volume);
            turn.End(BuildState.Skipped, $"its part of the memory budget is {has} and too little; --memory {needed} is needed");
            LogNoMemory(turn.Volume.Name, has, needed);
        }
        catch (Exception failure)
        {
            // Whatever it is, readers are served without; and a source or a disk may come back.
            TimeSpan delay = turn.Delay;
            if (turn.End(BuildState.Failed, failure.Message)) LogFailed(turn.Volume.Name, failure.Message, delay.TotalSeconds);
        }
        finally
        {
            turn.Leave();
        }
    }

    /// <summary>
    /// Walks on a quiet thread, and meanwhile tells here what is made: whoever is told may start threads, which would be as quiet as the one
    /// that starts them, and for ever.
    /// </summary>
    private void Run(BuildTurn turn, CachePass pass, BuildPlan plan, CancellationToken cancellationToken)
    {
        using var made = new BlockingCollection<ChunkAddress>();
        var walk = QuietThread.Start("pyramid", () =>
        {
            try
            {
                pass.Run(plan, _pool, made.Add, _pace, cancellationToken);
            }
            finally
            {
                made.CompleteAdding();
            }
        });
        foreach (ChunkAddress address in made.GetConsumingEnumerable(CancellationToken.None)) _made(address);
        walk.Join();
    }

    /// <summary>The memory budget, as the option takes it, that leaves the build enough.</summary>
    private string MemoryNeeded(Multiscale volume)
    {
        const long Step = 100_000_000;
        Int128 least = BuildPlan.LeastBytes(CachePass.Scope(volume), _options.Workers, _options.Scratch);
        long budget = (long)Int128.Min(least, 1L << 45) / Step * Step;
        while (budget < 1L << 45 && _options.PartOf(budget) < least) budget += Math.Max(Step, budget / 50 / Step * Step);
        return string.Create(CultureInfo.InvariantCulture, $"{budget / 1e9:0.#}GB");
    }

    private static string Amount(Int128 bytes) => bytes < 100_000_000 ? $"{(double)bytes / 1e6:0.###} MB" : $"{(double)bytes / 1e9:0.###} GB";

    [LoggerMessage(LogLevel.Information, "{Volume}: levels {Levels} are built in the background: at most {Bytes} of the cache's {Limit}, for which {Read} of voxels are read once")]
    private partial void LogBegun(string volume, LevelSet levels, string bytes, string limit, string read);

    [LoggerMessage("{Volume}: levels {Wanted} take {Needed}, and the cache has {Limit} for all volumes; levels {Levels} are built. With a larger --cache-size all are")]
    private partial void LogSomeFit(LogLevel level, string volume, LevelSet wanted, string needed, string limit, LevelSet levels);

    [LoggerMessage(LogLevel.Warning, "{Volume}: levels {Wanted} take {Needed}, and the cache has {Limit} for all volumes: nothing is built in the background; give more --cache-size")]
    private partial void LogNothingFits(string volume, LevelSet wanted, string needed, string limit);

    [LoggerMessage(LogLevel.Warning, "{Volume}: nothing is built in the background, since its part of the memory budget, {Has}, is too little for it; give --memory {Needed}")]
    private partial void LogNoMemory(string volume, string has, string needed);

    [LoggerMessage(LogLevel.Information, "{Volume}: levels {Levels} are built and exact ({Read} of voxels read, {Chunks} chunks written in this run)")]
    private partial void LogDone(string volume, LevelSet levels, string read, long chunks);

    [LoggerMessage(LogLevel.Warning, "{Volume}: building its levels in the background has failed: {Message}; it is tried again in {Seconds} s, and told again if something else fails")]
    private partial void LogFailed(string volume, string message, double seconds);
}
