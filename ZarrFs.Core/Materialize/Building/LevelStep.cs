using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Makes a level from the one below, which comes run by run in the order of z and y; gives its own runs out in the same order. A run is as
/// wide as the level.
/// </summary>
internal abstract class LevelStep : IDisposable
{
    private readonly Dictionary<(long Z, long Y), ParkableRun> _open = [];
    private readonly HashSet<(long Z, long Y)> _whole = [];
    private readonly ChunkRun _part;
    private readonly long _rowsOfVolume;
    private long _nextZ;
    private long _nextY;

    /// <param name="context">Memory and threads.</param>
    /// <param name="shelf">Where runs wait.</param>
    /// <param name="part">Any run of the level that is made.</param>
    /// <param name="firstZ">First chunk index along z that is to be made.</param>
    protected LevelStep(BuildContext context, RunShelf shelf, in ChunkRun part, long firstZ)
    {
        Context = context;
        Shelf = shelf;
        _part = part;
        _nextZ = FirstZ = firstZ;
        Below = Multiscale.Levels[part.Level - 1].Grid;
        Made = Multiscale.Levels[part.Level].Grid;
        _rowsOfVolume = Multiscale.Levels[0].Grid.Counts.Y;
    }

    protected BuildContext Context { get; }

    protected RunShelf Shelf { get; }

    protected Multiscale Multiscale => Context.Plan.Scope.Volume;

    protected ChunkGrid Below { get; }

    protected ChunkGrid Made { get; }

    protected int Channels => _part.Channels;

    /// <summary>First chunk index along z that is made.</summary>
    protected long FirstZ { get; }

    /// <summary>Takes the next run of the level below, whose buffers stay the caller's; null stands for all fill.</summary>
    public abstract void Add(in ChunkRun run, ChunkBuffer?[] chunks);

    /// <summary>Gives the next run if it is whole; its buffers are the caller's.</summary>
    public bool TryTakeWhole(out ChunkRun run, out ChunkBuffer?[] chunks)
    {
        run = Run(_nextZ, _nextY);
        chunks = [];
        if (!_whole.Remove((_nextZ, _nextY))) return false;
        _open.Remove((_nextZ, _nextY), out ParkableRun? parkable);
        Shelf.Take(parkable!);
        chunks = Shelf.Close(parkable!);
        if (++_nextY == Made.Counts.Y) (_nextZ, _nextY) = (_nextZ + 1, 0);
        return true;
    }

    public virtual void Dispose()
    {
    }

    /// <summary>A run of the level that is made.</summary>
    protected ChunkRun Run(long z, long y) => _part with { Z = z, Y = y };

    /// <summary>Takes a run of the level that is made in hand, a new one if need be.</summary>
    protected ParkableRun Take(long z, long y)
    {
        if (_open.TryGetValue((z, y), out ParkableRun? run)) Shelf.Take(run);
        else _open.Add((z, y), run = Shelf.Open(_part.Chunks, Multiscale.ChunkBytes));
        return run;
    }

    /// <summary>Lays it down again.</summary>
    /// <param name="z">Its place.</param>
    /// <param name="y">The same.</param>
    /// <param name="nextUse">When it will be needed again; what is whole is needed at once.</param>
    /// <param name="isWhole">True if nothing of it is missing any more.</param>
    protected void Put(long z, long y, long nextUse, bool isWhole)
    {
        if (isWhole) _whole.Add((z, y));
        Shelf.Put(_open[(z, y)], nextUse);
    }

    /// <summary>When a run of the level below will come, counted in runs of level 0.</summary>
    protected long TimeOf(long z, long y) => ((z << (_part.Level - 1)) * _rowsOfVolume) + (y << (_part.Level - 1));
}
