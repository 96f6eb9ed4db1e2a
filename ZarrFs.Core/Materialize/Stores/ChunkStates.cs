using ZarrFs.Core.Materialize.Building;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>The state of each chunk of one level, in two bits. Safe from any thread.</summary>
internal sealed class ChunkStates(long chunks)
{
    private const int Bits = 2;
    private const int PerWord = 32 / Bits;

    private readonly int[] _words = new int[BytesFor(chunks) / sizeof(int)];
    private long _known;

    /// <summary>Number of chunks.</summary>
    public long Count => chunks;

    /// <summary>Number of chunks that are not missing.</summary>
    public long Known => Interlocked.Read(ref _known);

    /// <summary>Memory for so many chunks.</summary>
    public static long BytesFor(long chunks) => (chunks + PerWord - 1) / PerWord * sizeof(int);

    public ChunkState this[long index] =>
        (ChunkState)((Volatile.Read(ref _words[index / PerWord]) >> Shift(index)) & 3);

    /// <summary>Says what is known of a chunk; false if that was known before.</summary>
    public bool TrySet(long index, ChunkState state)
    {
        int before = Interlocked.Or(ref _words[index / PerWord], (int)state << Shift(index));
        if (((before >> Shift(index)) & 3) != (int)ChunkState.Missing) return false;
        Interlocked.Increment(ref _known);
        return true;
    }

    /// <summary>Takes back what was said of a chunk.</summary>
    public void Forget(long index)
    {
        int before = Interlocked.And(ref _words[index / PerWord], ~(3 << Shift(index)));
        if (((before >> Shift(index)) & 3) != (int)ChunkState.Missing) Interlocked.Decrement(ref _known);
    }

    private static int Shift(long index) => (int)(index % PerWord) * Bits;
}
