using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Chunks of one level that are made together: neighbours along x, of one channel or of all that the source's pixels hold together.
/// </summary>
/// <param name="Level">The level, as the builder counts: 0 is what is read from the source.</param>
/// <param name="T">Time point.</param>
/// <param name="C">First channel.</param>
/// <param name="Channels">Number of channels.</param>
/// <param name="Z">Chunk index along z.</param>
/// <param name="Y">Chunk index along y.</param>
/// <param name="X">First chunk index along x.</param>
/// <param name="Count">Number of chunks along x.</param>
public readonly record struct ChunkRun(int Level, long T, long C, int Channels, long Z, long Y, long X, int Count)
{
    /// <summary>Number of chunks: channels times neighbours.</summary>
    public int Chunks => Channels * Count;

    /// <summary>A chunk of the run; x varies fastest, then the channel.</summary>
    public ChunkAddress this[int index] => new(0, Level, T, C + (index / Count), Z, Y, X + (index % Count));
}
