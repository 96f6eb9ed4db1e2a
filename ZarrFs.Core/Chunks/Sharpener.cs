using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Makes exact chunks in place of previews that were given out, when nobody waits: the cheapest first, of equal ones the most recent. It works
/// in pieces, each a part of a row of chunks whose own parts are there, so a reader who comes meanwhile is never behind more than one. What was
/// made only as a part goes again. It stops where there is no memory without letting go of what readers had.
/// </summary>
internal sealed class Sharpener : IDisposable
{
    private const int QuietMilliseconds = 200;
    private const int Candidates = 64; // that it has the means for
    private const int MostLooked = 4096;
    private const double MostSeconds = 30;

    // Memory comes free when readers give it back, and a moment after chunks were let go.
    private const int RetryMilliseconds = 1000;
    private const int MostRetries = 5;

    // Chunks that a piece makes, and buffers that it takes besides parts that are there: its own, and eight of the level below each.
    private const int PieceChunks = 4;
    private const int PieceBuffers = 9 * PieceChunks;

    private readonly IReadOnlyList<Multiscale> _volumes;
    private readonly PreviewChoice _choice;
    private readonly GivenPreviews _given;
    private readonly ChunkCache _cache;
    private readonly BufferPool _pool;
    private readonly ChunkMaker _maker;
    private readonly ChunkScheduler _scheduler;
    private readonly ReaderActivity _activity;
    private readonly CancellationToken _stop;
    private readonly Timer _timer;

    // Touched by one step at a time.
    private readonly HashSet<ChunkAddress> _parts = [];
    private readonly HashSet<ChunkAddress> _failed = [];
    private readonly HashSet<ChunkAddress> _tooDear = [];
    private bool _hasMade; // since something was too dear, which may be less so now
    private long _wakes;
    private int _isAwake;
    private int _isChanged;
    private int _retries;
    private long _sharpened;

    public Sharpener(
        IReadOnlyList<Multiscale> volumes, PreviewChoice choice, GivenPreviews given, ChunkCache cache, BufferPool pool, ChunkMaker maker,
        ChunkScheduler scheduler, ReaderActivity activity, CancellationToken stop)
    {
        _volumes = volumes;
        _choice = choice;
        _given = given;
        _cache = cache;
        _pool = pool;
        _maker = maker;
        _scheduler = scheduler;
        _activity = activity;
        _stop = stop;
        _timer = new Timer(_ => Look(), null, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Chunks made exact so far whose previews had been given out.</summary>
    public long Sharpened => Interlocked.Read(ref _sharpened);

    /// <summary>A preview was given out.</summary>
    public void Wake()
    {
        Interlocked.Increment(ref _wakes);
        if (Interlocked.Exchange(ref _isAwake, 1) == 0) LookLater();
    }

    /// <summary>A source has changed: what could not be made may be by now.</summary>
    public void Retry()
    {
        Volatile.Write(ref _isChanged, 1);
        if (_given.Count > 0) Wake();
    }

    public void Dispose() => _timer.Dispose();

    private void LookLater() => _timer.Change(QuietMilliseconds, Timeout.Infinite);

    private void Look()
    {
        if (_stop.IsCancellationRequested) return;
        if (_activity.IsQuietFor(QuietMilliseconds)) _scheduler.Enqueue(ChunkPriority.Background, Step);
        else LookLater();
    }

    /// <summary>One piece, on a worker.</summary>
    private void Step()
    {
        try
        {
            MakePiece();
        }
        catch (Exception)
        {
            Volatile.Write(ref _isAwake, 0); // the program stops; whatever else it was, the next preview wakes it, and no worker ends of it
        }
    }

    private void MakePiece()
    {
        long wakes = Interlocked.Read(ref _wakes);
        if (!_activity.IsQuietFor(QuietMilliseconds))
        {
            LookLater();
            return;
        }

        if (Interlocked.Exchange(ref _isChanged, 0) == 1) _failed.Clear();
        if (Choose(out bool lacksMemory) is not { } target)
        {
            if (lacksMemory && ++_retries <= MostRetries)
            {
                _timer.Change(RetryMilliseconds, Timeout.Infinite);
                return;
            }

            if (_hasMade && _tooDear.Count > 0)
            {
                _hasMade = false;
                _tooDear.Clear();
                _scheduler.Enqueue(ChunkPriority.Background, Step);
                return;
            }

            _retries = 0;
            _failed.Clear();
            _tooDear.Clear();
            Forget(_parts);
            Volatile.Write(ref _isAwake, 0);
            if (Interlocked.Read(ref _wakes) != wakes && Interlocked.Exchange(ref _isAwake, 1) == 0) LookLater();
            return;
        }

        _retries = 0;
        if (TryMake(target)) _scheduler.Enqueue(ChunkPriority.Background, Step);
        else if (!_stop.IsCancellationRequested) LookLater();
    }

    private ChunkAddress? Choose(out bool lacksMemory)
    {
        lacksMemory = false;
        ChunkAddress? best = null;
        long least = long.MaxValue;
        long room = _pool.Budget - _pool.InUse;
        int seen = 0;
        foreach (ChunkAddress address in _given.Recent(MostLooked))
        {
            // Those that are too dear must not stand before the others for ever.
            if (seen == Candidates) break;
            Multiscale volume = _volumes[address.Volume];
            if (_failed.Contains(address) || _tooDear.Contains(address)) continue;
            // Depth first, all parts of one chunk of each level are held at a time; and what is decoded stays until all of it was used.
            long most = (address.Level * (ChunkParts.Overlap(volume) ? 64L : 8L)) + PieceBuffers;
            long needed = Math.Max(PieceBuffers, most - _parts.Count) * SizeClass.BytesOf(volume.ChunkBytes);
            long limit = Math.Min(least - 1, _choice.BytesIn(address.Volume, MostSeconds));
            long cost = needed > room ? 0 : _choice.Cost(address, limit);
            if (cost > limit && best is null) _tooDear.Add(address);
            if (best is not null) seen++;
            if (cost > limit) continue;
            if (needed + (volume.Volume.Source.Unit.IsDecoded ? cost : 0) > room) lacksMemory = true;
            else (best, least) = (address, cost);
        }

        return best;
    }

    /// <summary>Makes the next piece of what a chunk needs; false if somebody else is making it, or all is to end.</summary>
    private bool TryMake(ChunkAddress target)
    {
        List<ChunkAddress> row = NextRow(target);
        Multiscale volume = _volumes[target.Volume];
        ChunkAddress[] parts = [.. row.SelectMany(parent => ChunkParts.Of(volume, parent)).Distinct()];
        ChunkAddress[] missing = [.. parts.Where(part => !_choice.Has(part))];
        ChunkAddress[] given = [.. row.Where(chunk => _given.Contains(chunk))];
        try
        {
            _maker.MakeAhead(row, _choice.BytesIn(target.Volume, MostSeconds), _stop);
        }
        catch (Exception failure) when (failure is SupersededException or SourceChangedException or OperationCanceledException or OverloadException)
        {
            return false; // later: a reader who had come to wait for it and has left ends it too
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            _failed.Add(target); // whoever reads it next is told why
        }

        _hasMade |= _choice.Has(row[0]);
        _sharpened += given.Count(chunk => !_given.Contains(chunk));
        _parts.UnionWith(missing);
        _parts.UnionWith(row.Where(chunk => chunk != target && !given.Contains(chunk)));

        // With the Gaussian method the chunks beside need the same parts: they stay until there is nothing more to do.
        if (!ChunkParts.Overlap(volume)) Forget(parts);
        return _choice.Has(row[0]) || _failed.Contains(target);
    }

    /// <summary>The first chunks that are missing and can be made of what is there, or of level 0.</summary>
    private List<ChunkAddress> NextRow(ChunkAddress target)
    {
        Multiscale volume = _volumes[target.Volume];
        ChunkAddress next = target;
        while (next.Level > 1)
        {
            ChunkAddress? missing = null;
            foreach (ChunkAddress part in ChunkParts.Of(volume, next))
            {
                if (_choice.Has(part)) continue;
                missing = part;
                break;
            }

            if (missing is null) break;
            next = missing.Value;
        }

        List<ChunkAddress> row = [next];
        if (next == target || ChunkParts.Overlap(volume)) return row;
        int most = Math.Min(_maker.MostInRow(next), PieceChunks);
        long end = Math.Min((target.X + 1) << (target.Level - next.Level), volume.Levels[next.Level].Grid.Counts.X);
        while (row.Count < most && next.X + row.Count < end && !_choice.Has(next with { X = next.X + row.Count })) row.Add(next with { X = next.X + row.Count });
        return row;
    }

    /// <summary>Lets go of chunks that were made as parts, unless a reader has come to have them.</summary>
    private void Forget(IEnumerable<ChunkAddress> parts)
    {
        foreach (ChunkAddress part in parts.ToArray())
        {
            if (!_parts.Remove(part) || !_cache.TryGet(part, out Lease lease)) continue;
            bool isRead = lease.Buffer.IsRead;
            lease.Dispose();
            if (!isRead) _cache.Remove(part);
        }
    }
}
