using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// What an exact chunk costs: bytes of level-0 voxels that its source would have to give, since the chunks made of them are not there. Where
/// voxels come from decoding, all that is decoded with them counts, once.
/// </summary>
internal sealed class ExactCost
{
    // A look takes 0.1 µs. What has not been looked at then counts as missing: a chunk may seem dearer than it is, never cheaper.
    private const int MostLooks = 600;

    private readonly Multiscale _volume;
    private readonly Func<ChunkAddress, bool> _has;
    private readonly long _limit;
    private HashSet<ChunkAddress>? _seen;
    private HashSet<(long T, long C, long Z, long Y, long X)>? _decoded;
    private int _looks;
    private long _bytes;

    private ExactCost(Multiscale volume, Func<ChunkAddress, bool> has, long limit) => (_volume, _has, _limit) = (volume, has, limit);

    /// <summary>True if an exact chunk costs at most so many bytes. Takes microseconds.</summary>
    /// <param name="volume">Whose chunk.</param>
    /// <param name="address">Which chunk.</param>
    /// <param name="limit">The bytes.</param>
    /// <param name="has">True for a chunk that is there, in memory or on a disk.</param>
    public static bool IsWithin(Multiscale volume, in ChunkAddress address, long limit, Func<ChunkAddress, bool> has) =>
        (limit >= 0 && OfAll(volume, address) <= limit) || Of(volume, address, limit, has) <= limit;

    /// <summary>The cost of a chunk; if that is above <paramref name="limit"/>, some number above it.</summary>
    public static long Of(Multiscale volume, in ChunkAddress address, long limit, Func<ChunkAddress, bool> has)
    {
        var cost = new ExactCost(volume, has, limit);
        cost.Add(address);
        return cost._bytes;
    }

    /// <summary>What chunks of one volume cost of which nothing is there.</summary>
    public static long OfAll(Multiscale volume, IEnumerable<ChunkAddress> addresses)
    {
        var cost = new ExactCost(volume, static _ => false, long.MaxValue);
        foreach (ChunkAddress address in addresses) cost.AddAll(address);
        return cost._bytes;
    }

    /// <summary>What a chunk costs of which nothing is there.</summary>
    public static long OfAll(Multiscale volume, in ChunkAddress address) => Box(volume, address).Bytes;

    private void Add(in ChunkAddress address)
    {
        if (_bytes > _limit || (ChunkParts.Overlap(_volume) && !(_seen ??= []).Add(address)) || _has(address)) return;
        if (address.Level == 0 || ++_looks > MostLooks)
        {
            AddAll(address);
            return;
        }

        foreach (ChunkAddress part in ChunkParts.Of(_volume, address)) Add(part);
    }

    private void AddAll(in ChunkAddress address)
    {
        ((long, long, long, long, long) first, long bytes) = Box(_volume, address);
        if (address.Level == 0 && _volume.Volume.Source.Unit.IsDecoded && !(_decoded ??= []).Add(first)) return;
        _bytes = bytes > long.MaxValue - _bytes ? long.MaxValue : _bytes + bytes;
    }

    /// <summary>The voxels of level 0 under a chunk, with those that are decoded with them: the first one, and bytes.</summary>
    private static ((long T, long C, long Z, long Y, long X) First, long Bytes) Box(Multiscale multiscale, in ChunkAddress address)
    {
        Volume volume = multiscale.Volume;
        ReadUnit unit = volume.Source.Unit;
        ChunkGrid grid = multiscale.Levels[0].Grid;
        (long z, long endZ) = Voxels(multiscale, address.Z, address.Level, grid.Counts.Z, multiscale.Chunk.Z, volume.Shape.Z);
        (long y, long endY) = Voxels(multiscale, address.Y, address.Level, grid.Counts.Y, multiscale.Chunk.Y, volume.Shape.Y);
        (long x, long endX) = Voxels(multiscale, address.X, address.Level, grid.Counts.X, multiscale.Chunk.X, volume.Shape.X);
        long c = address.C, channels = 1;
        if (unit.IsDecoded)
        {
            ((z, endZ), (y, endY), (x, endX)) = (volume.WidenZ(z, endZ), volume.WidenY(y, endY), volume.WidenX(x, endX));
            (c, channels) = (c / unit.Channels * unit.Channels, unit.Channels);
        }

        // At most the bytes of the volume's channels, which are far fewer than can be counted.
        return ((address.T, c, z, y, x), (endZ - z) * (endY - y) * (endX - x) * channels * volume.DataType.Size());
    }

    private static (long Start, long End) Voxels(Multiscale volume, long index, int level, long count, int chunk, long limit)
    {
        (long first, long end) = ChunkParts.Span(volume, index, level, count);
        return (first * chunk, Math.Min(limit, end * chunk));
    }
}
