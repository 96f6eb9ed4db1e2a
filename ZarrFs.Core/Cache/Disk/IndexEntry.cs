namespace ZarrFs.Core.Cache.Disk;

/// <summary>What is known of one file: 56 bytes in memory, with its key.</summary>
internal struct IndexEntry
{
    /// <summary>Of the file's bytes.</summary>
    public ulong Checksum;

    /// <summary>The number of the put.</summary>
    public ulong Id;

    /// <summary>As of <see cref="FileStamp.Value"/>; 0 until the file has its name.</summary>
    public ulong Stamp;

    /// <summary>When it was used last, in ticks.</summary>
    public long Used;

    /// <summary>In which run of the system it was stamped.</summary>
    public uint Boot;

    /// <summary>How many syncs the index had told of before it was stamped.</summary>
    public int Epoch;

    /// <summary>True for a chunk that is all fill and has no file.</summary>
    public bool IsEmpty;

    /// <summary>True once the file has its name.</summary>
    public bool IsPlaced;

    /// <summary>True if it has been used since the index was told.</summary>
    public bool IsTouched;

    /// <summary>True if its bytes may not have come to the disk though the system says nothing: a stamp of that run of the system proves nothing.</summary>
    public bool IsDoubtful;

    /// <summary>The hour in which the index says that it was used.</summary>
    public ushort ToldHour;

    /// <summary>A time as a number of hours, of which the last 16 bits are enough to tell one from another.</summary>
    public static ushort HourOf(long ticks) => (ushort)(ticks / TimeSpan.TicksPerHour);
}
