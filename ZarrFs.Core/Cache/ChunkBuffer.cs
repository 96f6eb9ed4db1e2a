using System.Buffers;
using System.Runtime.InteropServices;

namespace ZarrFs.Core.Cache;

/// <summary>
/// A block of native memory from the <see cref="BufferPool"/>, written by its maker and then only read. It goes back to the pool when its
/// last reference goes; the maker holds the first one.
/// </summary>
public sealed unsafe class ChunkBuffer : MemoryManager<byte>
{
    private readonly SizeClass? _home;
    private int _references = 1;
    private volatile bool _isRead;

    internal ChunkBuffer(SizeClass? home, int slot, byte* pointer, int length)
    {
        _home = home;
        Slot = slot;
        Pointer = pointer;
        Length = length;
    }

    /// <summary>Number of bytes.</summary>
    public int Length { get; }

    /// <summary>Address of the first byte; it never moves.</summary>
    public byte* Pointer { get; }

    /// <summary>The bytes.</summary>
    public Span<byte> Span => new(Pointer, Length);

    internal int Slot { get; }

    /// <summary>True for a block of zeros that belongs to no pool: it stands for all chunks that are all fill.</summary>
    internal bool IsShared => _home is null;

    /// <summary>True once a reader has had it, for whom it was made: a chunk made by the way that nobody has read is still worth keeping.</summary>
    internal bool IsRead => _isRead;

    /// <summary>True for the bytes of a preview. Set by its maker before anybody else has it.</summary>
    internal bool IsProvisional { get; set; }

    /// <summary>True if there is one reference just now.</summary>
    internal bool IsHeldOnce => Volatile.Read(ref _references) == 1;

    /// <summary>A block of zeros that belongs to no pool and is never given back. Nobody writes to it, so the system backs it by its one zero page.</summary>
    internal static ChunkBuffer Zeros(int length) => new(null, -1, (byte*)NativeMemory.AllocZeroed((nuint)length), length);

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => Span;

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(Pointer + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <summary>Takes one more reference; false if the last one is gone already (the cache evicted it a moment ago).</summary>
    internal bool TryAddReference()
    {
        int seen = Volatile.Read(ref _references);
        while (seen > 0)
        {
            int before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen) return true;
            seen = before;
        }

        return false;
    }

    internal void MarkRead() => _isRead = true;

    /// <summary>Makes the pages be there; what the buffer holds is lost.</summary>
    internal void Touch() => _home?.Touch(Pointer);

    /// <summary>Puts a buffer that nobody has held among the free ones.</summary>
    internal void GiveWarm() => _home?.AddWarm(Slot);

    internal void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 0) _home?.Return(this);
        else if (left < 0) throw new InvalidOperationException("a chunk buffer was released more often than it was leased");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
