using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>What memory a walk slab by slab takes.</summary>
internal sealed class SlabMemory
{
    private const int MostRowBytes = 1 << 30;

    private readonly Multiscale _volume;
    private readonly bool _isDecoded;
    private readonly bool _isSmooth;

    /// <param name="scope">What is built.</param>
    /// <param name="workers">Threads that read and halve.</param>
    /// <exception cref="OptionException">No memory is enough.</exception>
    public SlabMemory(BuildScope scope, int workers)
    {
        Scope = scope;
        Workers = workers;
        _volume = scope.Volume;
        _isDecoded = IsDecoded(scope);
        _isSmooth = IsSmooth(scope);
        if (_isSmooth && GaussianStep.ScratchBytes(_volume, 1) > MostRowBytes)
            throw new OptionException("--downsample", $"gaussian goes by whole rows, and {_volume.Volume.Shape.X} voxels are too many; take another method");
        Run = RunBytes(0);
        Int128 inHand = Run, carried = 0;
        Waiting = _isDecoded ? (DecodedRows.MostRows(_volume) - 1) * Run : 0;
        for (int level = 1; level < _volume.Levels.Count; level++)
        {
            // A run and those above it that it goes into; of all others only one is half made for each row of runs, or two of some.
            inHand = Int128.Max(inHand, RunBytes(level - 1) + PlanesBytes(level) + ((_isSmooth ? 2 : 1) * RunBytes(level)));
            Waiting += ((_volume.Levels[level].Grid.Counts.Y + (_isSmooth ? 2 : 0)) * RunBytes(level))
                + (_volume.Levels[level - 1].Grid.Counts.Y * PlanesBytes(level));
            if (_isSmooth) carried += RowsBytes(level);
        }

        Least = inHand + carried + (workers * WorkerBytes());

        // One decoded strip must not be more than half of the budget.
        if (_isDecoded) Least = Int128.Max(Least, 2 * (Int128)RowWidth.DecodedBytes(_volume.Volume));
    }

    public BuildScope Scope { get; }

    public int Workers { get; }

    /// <summary>Chunks along x.</summary>
    public int Width => (int)Math.Min(int.MaxValue, _volume.Levels[0].Grid.Counts.X);

    /// <summary>Bytes of a run of level 0.</summary>
    public Int128 Run { get; }

    /// <summary>Bytes without which nothing can be made.</summary>
    public Int128 Least { get; }

    /// <summary>Bytes of what waits at most, in memory or on disk.</summary>
    public Int128 Waiting { get; }

    /// <summary>Why so much is needed, for people.</summary>
    public string Reason => _isDecoded && _isSmooth ? "slices are decoded whole and smoothed" : _isDecoded ? "slices are decoded whole" : "--downsample gaussian goes slab by slab";

    /// <summary>True if a build has to go slab by slab: by the Gaussian method, or where slices must be decoded whole.</summary>
    public static bool IsFor(BuildScope scope) => IsDecoded(scope) || IsSmooth(scope);

    private static bool IsDecoded(BuildScope scope) => scope.Volume.Volume.Source.Unit.IsDecoded;

    private static bool IsSmooth(BuildScope scope) => scope.Volume.Method == DownsampleMethod.Gaussian && scope.Volume.Levels.Count > 1;

    private Int128 RunBytes(int level) => (Int128)Scope.Channels * _volume.Levels[level].Grid.Counts.X * SizeClass.BytesOf(_volume.ChunkBytes);

    /// <summary>Planes of the level below that are carried beside a run.</summary>
    private Int128 PlanesBytes(int level) => _isSmooth
        ? (Int128)Scope.Channels * _volume.Levels[level - 1].Grid.Counts.X * SizeClass.BytesOf(GaussianStep.CarriedPlanesBytes(_volume))
        : 0;

    /// <summary>Sums of rows of the level below that are carried, and the row of zeros.</summary>
    private Int128 RowsBytes(int level) =>
        ((Int128)Scope.Channels * GaussianStep.PlanesAtOnce(_volume, level) * SizeClass.BytesOf(GaussianStep.CarriedRowsBytes(_volume, level)))
        + SizeClass.BytesOf(_volume.Chunk.X * _volume.Volume.DataType.Size());

    private Int128 WorkerBytes()
    {
        Int128 reading = _isDecoded ? (2 * BandReader.ScratchBytes) + RowWidth.DecodingBytes(_volume.Volume) : BandReader.ScratchBytes;
        return _isSmooth ? Int128.Max(reading, SizeClass.BytesOf((int)GaussianStep.ScratchBytes(_volume, 1))) : reading;
    }
}
