namespace ZarrFs.Core.Scratch;

/// <summary>A buffer's place in a <see cref="ParkingLot"/>.</summary>
internal sealed class ParkingPlace(ParkingLot lot, long offset, int length) : IScratchPlace
{
    /// <inheritdoc/>
    /// <exception cref="Failures.StoreException">The disk does not take it.</exception>
    public void Write(int start, ReadOnlySpan<byte> bytes) => lot.Write(offset + start, bytes);

    /// <summary>Reads the buffer back.</summary>
    /// <exception cref="Failures.StoreException">The disk does not give it back.</exception>
    public void Read(Span<byte> destination) => lot.Read(offset, destination[..length]);

    /// <summary>Gives the place back.</summary>
    public void Free() => lot.Free(offset, length);
}
