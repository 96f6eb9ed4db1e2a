namespace ZarrFs.Core.Cache.Disk;

/// <summary>What a file of a volume's cache is, in 8 bytes: a chunk by its level and its number in C order, or a metadata document.</summary>
internal readonly record struct DiskKey(ulong Value)
{
    private const int NumberBits = 56;
    private const ulong DocumentNumber = (1UL << NumberBits) - 1;
    private const int GroupLevel = 0xFF;

    public DiskKey(int level, long number)
        : this(((ulong)level << NumberBits) | (ulong)number)
    {
    }

    /// <summary>The metadata of all levels together.</summary>
    public static DiskKey Group { get; } = Document(GroupLevel);

    public int Level => (int)(Value >> NumberBits);

    public long Number => (long)(Value & DocumentNumber);

    public bool IsDocument => (Value & DocumentNumber) == DocumentNumber;

    /// <summary>The metadata of a level.</summary>
    public static DiskKey Document(int level) => new(((ulong)level << NumberBits) | DocumentNumber);
}
