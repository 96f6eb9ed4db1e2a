using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// How many chunks along x are made in one go, such that all workers together stay within the memory budget at any depth of recursion: a
/// worker that holds part of what it needs can then always get the rest.
/// </summary>
/// <param name="Chunks">Chunks of a row of level 0; a power of two, at least 2.</param>
internal readonly record struct RowWidth(int Chunks)
{
    private const int Least = 2; // a chunk of the level above needs two at a time
    private const int Most = 256;

    /// <summary>
    /// The widest rows for which two thirds of the budget are enough, one third where a slab is made by the way; at least one third, or what
    /// the slab leaves of it, is for chunks that are ready.
    /// </summary>
    public static RowWidth For(Multiscale volume, long budget, int workers)
    {
        int chunks = Most;
        Int128 most = (volume.Volume.Source.Unit.IsDecoded ? 1 : 2) * (Int128)budget;
        while (chunks > Least && 3 * (Int128)workers * WorkingBytes(volume, chunks) > most) chunks /= 2;
        return new RowWidth(chunks);
    }

    /// <summary>Bytes of a decoded unit of a volume's source; 0 where nothing is decoded.</summary>
    public static long DecodedBytes(Volume volume) => volume.Source.Unit.IsDecoded ? SegmentCache.BytesOf(RawBytes(volume)) : 0;

    /// <summary>Bytes that decoding a unit takes: the unit, and what stands in the file for it; 0 where nothing is decoded.</summary>
    public static long DecodingBytes(Volume volume) =>
        volume.Source.Unit.IsDecoded ? DecodedBytes(volume) + SegmentCache.BytesOf(SegmentCache.MostEncodedBytes(RawBytes(volume))) : 0;

    /// <summary>The least budget with which one worker can make any chunk of a volume, and a reader hold another.</summary>
    public static long LeastBytes(Multiscale volume) => WorkingBytes(volume, Least) + SizeClass.BytesOf(volume.ChunkBytes);

    /// <summary>What one worker makes chunks with at most, and a reader holds another.</summary>
    public long BytesFor(Multiscale volume) => WorkingBytes(volume, Chunks) + SizeClass.BytesOf(volume.ChunkBytes);

    /// <summary>Chunks in a row of a level that a job makes: half as many for each level up, since their parts are twice as many.</summary>
    public int At(int level) => Math.Max(1, Chunks >> level);

    private static Int128 RawBytes(Volume volume)
    {
        ReadUnit unit = volume.Source.Unit;
        return (Int128)unit.Depth * unit.Height * unit.Width * unit.Channels * volume.Source.DataType.Size();
    }

    /// <summary>
    /// Buffers that one worker holds at most: at each level a row, or the two chunks that one above needs (four, and a box to copy them to,
    /// with the Gaussian method, by which no rows are made), a scratch to read or to reckon with, and where the source is decoded a unit of
    /// it, as it is in the file and decoded, and a scratch to write with.
    /// </summary>
    private static long WorkingBytes(Multiscale volume, int chunks)
    {
        bool smooth = volume.Method == DownsampleMethod.Gaussian && volume.Levels.Count > 1;
        int least = smooth ? GaussianMaker.RowChunks : Least;
        long buffers = 0;
        for (int level = 0; level < volume.Levels.Count; level++) buffers += smooth && level > 0 ? least : Math.Max(least, chunks >> level);
        long decoding = DecodingBytes(volume.Volume);
        long boxes = smooth ? (volume.Levels.Count - 1) * SizeClass.BytesOf((int)GaussianBox.Bytes(volume)) : 0;
        long scratch = Math.Max(BandReader.ScratchBytes, smooth ? SizeClass.BytesOf((int)GaussianMaker.ScratchBytes(volume)) : 0);
        return (buffers * SizeClass.BytesOf(volume.ChunkBytes)) + boxes + scratch + (decoding == 0 ? 0 : decoding + BandReader.ScratchBytes);
    }
}
