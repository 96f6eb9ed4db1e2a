namespace ZarrFs.Core.Cache;

/// <summary>All buffers of one length: slots of one arena, those returned with their pages ("warm") before those without ("cold").</summary>
internal sealed unsafe class SizeClass
{
    private const int Page = 4096;

    private readonly BufferPool _pool;
    private readonly NativeArena _arena;
    private readonly int _length;
    private readonly Stack<int> _warm = new();
    private readonly Stack<int> _cold = new();
    private int _unused;

    public SizeClass(BufferPool pool, int length, long budget)
    {
        _pool = pool;
        _length = length;
        SlotBytes = BytesOf(length);
        Slots = (int)Math.Min(int.MaxValue, budget / SlotBytes);
        _arena = new NativeArena(Slots * SlotBytes);
    }

    /// <summary>Bytes a slot takes from the budget.</summary>
    public long SlotBytes { get; }

    /// <summary>Most slots that fit in the budget.</summary>
    public int Slots { get; }

    /// <summary>Bytes that a buffer of this length takes from the budget: whole pages.</summary>
    public static long BytesOf(int length) => ((long)length + Page - 1) / Page * Page;

    /// <summary>Takes a slot that still has its pages. Called under the pool's lock.</summary>
    public ChunkBuffer? TryTakeWarm() => _warm.TryPop(out int slot) ? Make(slot) : null;

    /// <summary>Takes a slot without pages. Called under the pool's lock.</summary>
    public ChunkBuffer? TryTakeCold()
    {
        if (_cold.TryPop(out int slot)) return Make(slot);
        return _unused < Slots ? Make(_unused++) : null;
    }

    /// <summary>Gives the pages of one warm slot back to the system. Called under the pool's lock.</summary>
    public bool TryCool()
    {
        if (!_warm.TryPop(out int slot)) return false;
        _arena.Discard(slot * SlotBytes, SlotBytes);
        _cold.Push(slot);
        return true;
    }

    public bool TryGetFile(int slot, out int descriptor, out long offset)
    {
        descriptor = _arena.Descriptor;
        offset = slot * SlotBytes;
        return true;
    }

    public void Return(ChunkBuffer buffer)
    {
        lock (_pool.Sync)
        {
            if (buffer.SharedWithKernel)
            {
                // The network stack may still point at these pages; whoever reads from the socket must not see the next chunk in them.
                _arena.Discard(buffer.Slot * SlotBytes, SlotBytes);
                _cold.Push(buffer.Slot);
                _pool.Released(SlotBytes, stillCommitted: false);
            }
            else
            {
                _warm.Push(buffer.Slot);
                _pool.Released(SlotBytes, stillCommitted: true);
            }
        }
    }

    private ChunkBuffer Make(int slot) => new(this, slot, _arena.At(slot * SlotBytes), _length);
}
