using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;

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

    /// <summary>The widest rows for which two thirds of the budget are enough; at least one third is for chunks that are ready.</summary>
    public static RowWidth For(Multiscale volume, long budget, int workers)
    {
        int chunks = Most;
        while (chunks > Least && 3 * (Int128)workers * WorkingBytes(volume, chunks) > 2 * (Int128)budget) chunks /= 2;
        return new RowWidth(chunks);
    }

    /// <summary>The least budget with which one worker can make any chunk of a volume, and a reader hold another.</summary>
    public static long LeastBytes(Multiscale volume) => WorkingBytes(volume, Least) + SizeClass.BytesOf(volume.ChunkBytes);

    /// <summary>Chunks in a row of a level that a job makes: half as many for each level up, since their parts are twice as many.</summary>
    public int At(int level) => Math.Max(1, Chunks >> level);

    /// <summary>Buffers that one worker holds at most: at each level a row, or the two chunks that one above needs, and a scratch to read with.</summary>
    private static long WorkingBytes(Multiscale volume, int chunks)
    {
        long buffers = 0;
        for (int level = 0; level < volume.Levels.Count; level++) buffers += Math.Max(Least, chunks >> level);
        return (buffers * SizeClass.BytesOf(volume.ChunkBytes)) + BandReader.ScratchBytes;
    }
}
