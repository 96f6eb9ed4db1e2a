using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Pyramid;

/// <summary>A volume and its coarser levels: what one entry of OME-Zarr's <c>multiscales</c> describes.</summary>
public sealed class Multiscale
{
    /// <summary>Most levels a multiscale can have: level 31 of the largest possible volume is one voxel.</summary>
    public const int MostLevels = 32;

    private const int MostBoxBytes = 1 << 30;

    /// <param name="name">Name of the volume, from which the names of its directories are made.</param>
    /// <param name="volume">Level 0.</param>
    /// <param name="chunk">Voxels of a chunk, the same at all levels.</param>
    /// <param name="levels">How many levels, or null for as many as it takes until the coarsest fits in one chunk.</param>
    /// <param name="method">How a level is made from the one before.</param>
    /// <param name="leading">Which time point and channel those see who know only z, y and x; they are in the volume.</param>
    /// <exception cref="OptionException">The name, the chunk shape or the number of levels is impossible.</exception>
    public Multiscale(string name, Volume volume, ChunkShape chunk, int? levels, DownsampleMethod method, LeadingIndex leading = default)
    {
        CheckName(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)leading.T, (ulong)volume.Shape.T, nameof(leading));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)leading.C, (ulong)volume.Shape.C, nameof(leading));
        Leading = leading;
        Name = name;
        Volume = volume;
        Chunk = chunk;
        Method = method;
        ChunkBytes = CheckChunk(chunk, volume.DataType);
        Levels = MakeLevels(levels);
        if (Levels.Count > 1 && (chunk.Z % 2 != 0 || chunk.Y % 2 != 0 || chunk.X % 2 != 0))
        {
            throw new OptionException(
                "--chunk-size", $"{chunk} is odd; coarser levels are halved chunk by chunk, so an even size is needed (or --levels 1)");
        }

        if (Levels.Count > 1 && method == DownsampleMethod.Gaussian && GaussianBox.Bytes(this) > MostBoxBytes)
            throw new OptionException("--chunk-size", $"{chunk} is too large for --downsample gaussian, which needs four times as much at once; take a smaller one");
    }

    /// <summary>Name of the volume.</summary>
    public string Name { get; }

    /// <summary>Level 0.</summary>
    public Volume Volume { get; }

    /// <summary>Voxels of a chunk, the same at all levels.</summary>
    public ChunkShape Chunk { get; }

    /// <summary>Bytes of a raw chunk: known before it is made.</summary>
    public int ChunkBytes { get; }

    /// <summary>How a level is made from the one before.</summary>
    public DownsampleMethod Method { get; }

    /// <summary>Which time point and channel those see who know only z, y and x: the Zarr v2 root.</summary>
    public LeadingIndex Leading { get; }

    /// <summary>All levels, the finest first.</summary>
    public IReadOnlyList<Level> Levels { get; }

    /// <summary>
    /// False where the source's units of several planes, its chunks, may have to be decoded several times: since chunks here are less deep,
    /// and made one layer after the other, or since they end elsewhere.
    /// </summary>
    public bool FitsUnits
    {
        get
        {
            ReadUnit unit = Volume.Source.Unit;
            return !unit.IsDecoded || unit.Depth == 1
                || (Chunk.Z >= Math.Min(unit.Depth, Volume.Shape.Z) && Fits(Volume.WidenZ(0, 1).End, unit.Depth, Chunk.Z, Volume.Shape.Z)
                    && Fits(Volume.WidenY(0, 1).End, unit.Height, Chunk.Y, Volume.Shape.Y) && Fits(Volume.WidenX(0, 1).End, unit.Width, Chunk.X, Volume.Shape.X));
        }
    }

    /// <summary>True if along one axis each unit is made of whole chunks or each chunk of whole units.</summary>
    /// <param name="first">Where the first unit ends.</param>
    /// <param name="unit">Voxels of a unit.</param>
    /// <param name="chunk">Voxels of a chunk.</param>
    /// <param name="limit">Voxels there are.</param>
    private static bool Fits(long first, long unit, long chunk, long limit) =>
        first >= limit || chunk >= limit || (Math.Max(unit, chunk) % Math.Min(unit, chunk) == 0 && first % Math.Min(unit, chunk) == 0);

    private static void CheckName(string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.Any(c => c is '/' or '\\' || char.IsControl(c)) || !IsText(name))
            throw new OptionException("--name", $"'{name}' cannot name a volume; it becomes a directory's name: no '/', no '\\', no control characters");
        if (System.Text.Encoding.UTF8.GetByteCount(name) > 240)
            throw new OptionException("--name", $"a name of {System.Text.Encoding.UTF8.GetByteCount(name)} bytes is too long; the limit is 240");
    }

    /// <summary>False for a string with half of a surrogate pair, which has no UTF-8.</summary>
    private static bool IsText(string name) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(name)) == name;

    private static int CheckChunk(ChunkShape chunk, DataType type)
    {
        if (chunk.Z < 1 || chunk.Y < 1 || chunk.X < 1)
            throw new OptionException("--chunk-size", $"{chunk} is not a chunk; each size must be at least 1");
        Int128 bytes = (Int128)chunk.Z * chunk.Y * chunk.X * type.Size();
        if (bytes > int.MaxValue)
            throw new OptionException("--chunk-size", $"a chunk of {chunk} {type.Name()} voxels has {bytes} bytes; a chunk must be smaller than 2³¹");
        return (int)bytes;
    }

    private List<Level> MakeLevels(int? wanted)
    {
        if (wanted is < 1 or > MostLevels)
            throw new OptionException("--levels", $"{wanted} levels are not possible; expected 'auto' or a number from 1 to {MostLevels}");
        var levels = new List<Level> { new(0, new ChunkGrid(Volume.Shape, Chunk)) };
        while (levels.Count < (wanted ?? MostLevels))
        {
            VolumeShape shape = levels[^1].Shape;
            if (wanted is null && shape.Z <= Chunk.Z && shape.Y <= Chunk.Y && shape.X <= Chunk.X) break;
            levels.Add(new Level(levels.Count, new ChunkGrid(shape.Halved(), Chunk)));
        }

        return levels;
    }
}
