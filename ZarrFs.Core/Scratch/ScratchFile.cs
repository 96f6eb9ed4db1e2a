using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Scratch;

/// <summary>
/// The chunks of one chunk row (volume, t, c, z) in a sparse file without a name: there is nothing to clean up, however the program ends.
/// All members but <see cref="Read"/> and <see cref="Write"/> are guarded by the <see cref="ChunkScratch"/>'s lock.
/// </summary>
internal sealed class ScratchFile((int Volume, long T, long C, long Z) row, long columns, int slotBytes)
{
    private readonly Dictionary<long, SlotState> _slots = [];
    private readonly Dictionary<long, ScratchSlot> _writing = [];
    private FileStream? _stream;

    /// <summary>Its place among the others.</summary>
    public (int Volume, long T, long C, long Z) Row => row;

    public int SlotBytes => slotBytes;

    /// <summary>Bytes that its chunks take on disk at most.</summary>
    public long Bytes { get; set; }

    /// <summary>Those who read or write it now.</summary>
    public int Users { get; set; }

    /// <summary>True when it is to be forgotten, and to be closed by its last user.</summary>
    public bool IsDropped { get; set; }

    /// <summary>When it was used last, in uses of the scratch.</summary>
    public long LastUse { get; set; }

    public bool IsOpen => _stream is not null;

    /// <summary>The number of a chunk's slot.</summary>
    public long Slot(long y, long x) => checked(y * columns + x);

    public SlotState this[long slot]
    {
        get => _slots.GetValueOrDefault(slot);
        set => _slots[slot] = value;
    }

    /// <summary>Those that are being written, by number.</summary>
    public IDictionary<long, ScratchSlot> Writing => _writing;

    /// <summary>Numbers of all slots of which anything is known.</summary>
    public IEnumerable<long> Known => _slots.Keys;

    /// <summary>The place of a slot: its chunk's y and x.</summary>
    public (long Y, long X) Place(long slot) => Math.DivRem(slot, columns);

    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Open(string directory) => _stream = NamelessFile.Open(directory);

    /// <summary>Reads a whole slot; what was never written is zero.</summary>
    public void Read(long slot, Span<byte> destination)
    {
        SafeFileHandle handle = _stream!.SafeFileHandle;
        long offset = checked(slot * slotBytes);
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0) break;
            destination = destination[read..];
            offset += read;
        }

        destination.Clear();
    }

    public void Write(long slot, int offset, ReadOnlySpan<byte> bytes) =>
        RandomAccess.Write(_stream!.SafeFileHandle, bytes, checked(slot * slotBytes + offset));

    public void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
