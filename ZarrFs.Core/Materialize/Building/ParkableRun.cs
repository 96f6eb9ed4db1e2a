using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Scratch;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Buffers that belong together, one for each chunk of a run, in memory or parked on disk; null stands for all zero. Used by one thread at
/// a time.
/// </summary>
/// <param name="count">How many.</param>
/// <param name="length">Bytes of each.</param>
internal sealed class ParkableRun(int count, int length)
{
    private readonly ParkingPlace?[] _places = new ParkingPlace?[count];

    /// <summary>The buffers, one reference each, while it is in memory.</summary>
    public ChunkBuffer?[] Buffers { get; } = new ChunkBuffer?[count];

    /// <summary>Where they are while they are parked.</summary>
    public ReadOnlySpan<ParkingPlace?> Places => _places;

    /// <summary>Bytes of memory they take now.</summary>
    public long Bytes => Buffers.Count(buffer => buffer is not null) * SizeClass.BytesOf(length);

    /// <summary>Gets a buffer of zeros where there is none yet.</summary>
    public void Ensure(int index, BufferPool pool, CancellationToken cancellationToken)
    {
        if (Buffers[index] is not null) return;
        Buffers[index] = pool.Rent(length, BuildContext.Patience, cancellationToken);
        Buffers[index]!.Span.Clear();
    }

    /// <summary>Takes a place on disk for one that will be written there directly.</summary>
    public ParkingPlace Reserve(int index, ParkingLot lot) => _places[index] = lot.Take(length);

    /// <summary>Gives up one of which it has turned out that it is all zero.</summary>
    public void Drop(int index)
    {
        Buffers[index]?.Release();
        Buffers[index] = null;
        _places[index]?.Free();
        _places[index] = null;
    }

    /// <summary>Writes what is in memory to disk.</summary>
    public void Park(ParkingLot lot, ChunkScheduler scheduler) => scheduler.ForEach(count, i =>
    {
        if (Buffers[i] is not { } buffer) return;
        _places[i] = lot.Take(length);
        _places[i]!.Write(0, buffer.Span);
        Buffers[i] = null;
        buffer.Release();
    });

    /// <summary>Reads what is on disk back to memory.</summary>
    public void Load(BufferPool pool, ChunkScheduler scheduler, CancellationToken cancellationToken) => scheduler.ForEach(count, i =>
    {
        if (_places[i] is not { } place) return;
        Buffers[i] = pool.Rent(length, BuildContext.Patience, cancellationToken);
        place.Read(Buffers[i]!.Span);
        place.Free();
        _places[i] = null;
    });

    /// <summary>Gives everything back.</summary>
    public void Release()
    {
        for (int i = 0; i < count; i++) Drop(i);
    }
}
