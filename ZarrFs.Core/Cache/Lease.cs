namespace ZarrFs.Core.Cache;

/// <summary>
/// The right to read a chunk's bytes until disposed. The bytes stay where they are, and stay as they are, for as long as one lease is out,
/// whatever the cache evicts meanwhile. Disposing twice is harmless.
/// </summary>
public sealed unsafe class Lease : IDisposable
{
    private ChunkBuffer? _buffer;

    private Lease(ChunkBuffer buffer, int length)
    {
        _buffer = buffer;
        Length = length;
    }

    /// <summary>Takes one more reference to <paramref name="buffer"/>; null if it has gone back to its pool already.</summary>
    public static Lease? TryTake(ChunkBuffer buffer) => TryTake(buffer, buffer.Length);

    /// <summary>Takes one more reference for the first <paramref name="length"/> bytes; null if the buffer has gone back to its pool already.</summary>
    internal static Lease? TryTake(ChunkBuffer buffer, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length);
        return buffer.TryAddReference() ? new Lease(buffer, length) : null;
    }

    /// <summary>Number of bytes.</summary>
    public int Length { get; }

    /// <summary>True if the bytes are a preview's.</summary>
    public bool IsProvisional => Buffer.IsProvisional;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Buffer.Span[..Length];

    /// <summary>The bytes, for asynchronous use; not to be touched after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Memory => Buffer.Memory[..Length];

    /// <summary>Address of the first byte, in native memory: it never moves.</summary>
    public byte* Pointer => Buffer.Pointer;

    /// <summary>The buffer under the lease.</summary>
    public ChunkBuffer Buffer => _buffer ?? throw new ObjectDisposedException(nameof(Lease));

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _buffer, null)?.Release();
}
