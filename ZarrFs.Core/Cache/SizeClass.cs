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
        _arena = new NativeArena(SlotBytes, Slots);
    }

    /// <summary>Bytes a slot takes from the budget.</summary>
    public long SlotBytes { get; }

    /// <summary>Most slots that fit in the budget.</summary>
    public int Slots { get; }

    /// <summary>
    /// Bytes that a buffer of this length takes from the budget: whole pages, huge ones where they waste little. A slot must own its pages, or
    /// giving it back would not free them.
    /// </summary>
    public static long BytesOf(int length)
    {
        long huge = RoundUp(length, NativeArena.HugePage);
        return huge - length <= length / 8 ? huge : RoundUp(length, Page);
    }

    /// <summary>True if the reserve keeps slots of this class warm.</summary>
    public bool TouchedAhead { get; set; }

    /// <summary>Bytes of slots that the reserve has still to touch for something large that is to come.</summary>
    public long AheadBytes { get; set; }

    /// <summary>Number of free slots that still have their pages.</summary>
    public int Warm => _warm.Count;

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
        _arena.Discard(slot);
        _cold.Push(slot);
        return true;
    }

    public void Return(ChunkBuffer buffer)
    {
        lock (_pool.Sync)
        {
            _warm.Push(buffer.Slot);
            _pool.Released(SlotBytes);
        }
    }

    /// <summary>Puts a slot that has its pages now among the free ones.</summary>
    public void AddWarm(int slot)
    {
        lock (_pool.Sync) _warm.Push(slot);
    }

    /// <summary>Makes a slot's pages be there.</summary>
    public void Touch(byte* address) => _arena.Touch(address);

    private static long RoundUp(long bytes, long unit) => (bytes + unit - 1) / unit * unit;

    private ChunkBuffer Make(int slot) => new(this, slot, _arena.At(slot), _length);
}
