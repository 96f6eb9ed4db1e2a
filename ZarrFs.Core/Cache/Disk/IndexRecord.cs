using System.Buffers.Binary;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>What a record of the index says.</summary>
internal enum RecordKind : byte
{
    /// <summary>A file with this checksum is about to get its name.</summary>
    Put = 1,

    /// <summary>It has it; and if the system still says the same of the file, nobody has touched it since.</summary>
    Stamp,

    /// <summary>The chunk is all fill and has no file.</summary>
    Empty,

    /// <summary>The file that was put under this number is gone.</summary>
    Drop,

    /// <summary>It was used.</summary>
    Used,

    /// <summary>All is about to be forced to the disk.</summary>
    Syncing,

    /// <summary>It is, as far as it was put before the <see cref="Syncing"/> of the same number, and in the same run of the system.</summary>
    Synced,

    /// <summary>Forcing it has failed: what had not come to the disk by then may be lost, though it is read from memory for a while.</summary>
    Lost,
}

/// <summary>One record of the index: 48 bytes with a checksum of their own, so that half of one, or anything else, is never taken for one.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Key">Of which file.</param>
/// <param name="Value">The checksum of a <see cref="RecordKind.Put"/>, the stamp of a <see cref="RecordKind.Stamp"/>.</param>
/// <param name="Id">The number of the put, unlike any other: what another process has put meanwhile is not meant.</param>
/// <param name="Time">When, in ticks.</param>
/// <param name="Boot">In which run of the system.</param>
internal readonly record struct IndexRecord(RecordKind Kind, DiskKey Key, ulong Value, ulong Id, long Time, uint Boot)
{
    public const int Bytes = 48;

    private const ushort Mark = 0x667A; // "zf"
    private const int Checked = 8; // what the checksum is of begins here, but for the kind

    public void Write(Span<byte> bytes)
    {
        bytes = bytes[..Bytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Mark);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Key.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Id);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], Time);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[40..], Boot);
        bytes[44] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Checksum.Small(bytes[Checked..]));
    }

    /// <summary>Reads a record from the start of some bytes; false if none is there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out IndexRecord record)
    {
        record = default;
        if (bytes.Length < Bytes || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != Mark) return false;
        bytes = bytes[..Bytes];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Checksum.Small(bytes[Checked..])) return false;
        record = new IndexRecord(
            (RecordKind)bytes[44], new DiskKey(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]));
        return record.Kind is >= RecordKind.Put and <= RecordKind.Lost;
    }

    /// <summary>Where in some bytes the next record may begin; their length if nowhere.</summary>
    public static int FindNext(ReadOnlySpan<byte> bytes)
    {
        int found = bytes.IndexOf((byte)(Mark & 0xFF));
        return found < 0 ? bytes.Length : found;
    }
}
