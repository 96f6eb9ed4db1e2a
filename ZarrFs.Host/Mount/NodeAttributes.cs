using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Mount;

/// <summary>Tells the kernel about nodes: type, size, times, and for how long it need not ask again.</summary>
internal sealed class NodeAttributes
{
    /// <summary>Seconds that names, attributes and the absence of a name stay valid: the kernel is told when any of it changes.</summary>
    private const ulong ValidSeconds = 24 * 60 * 60;

    private const uint ReadableByAll = 0x124; // 0444
    private const uint SearchableByAll = 0x16d; // 0555

    private readonly uint _uid;
    private readonly uint _gid;

    /// <param name="uid">Owner of everything.</param>
    /// <param name="gid">Group of everything.</param>
    public NodeAttributes(uint uid, uint gid)
    {
        _uid = uid;
        _gid = gid;
    }

    /// <summary>The answer to LOOKUP for a name that is not there; number 0 makes the kernel remember that.</summary>
    public static FuseEntryOut Absent => new() { EntryValid = ValidSeconds };

    /// <summary>The answer to LOOKUP.</summary>
    public FuseEntryOut Entry(in Node node) => new()
    {
        NodeId = node.Id.Value,
        Generation = node.Generation,
        EntryValid = ValidSeconds,
        AttrValid = ValidSeconds,
        Attr = Describe(node),
    };

    /// <summary>The answer to GETATTR.</summary>
    public FuseAttrOut Attributes(in Node node) => new() { AttrValid = ValidSeconds, Attr = Describe(node) };

    private FuseAttr Describe(in Node node)
    {
        TimeSpan sinceEpoch = node.Modified - DateTimeOffset.UnixEpoch;
        long seconds = (long)Math.Floor(sinceEpoch.TotalSeconds);
        uint nanoseconds = (uint)((sinceEpoch.Ticks - (seconds * TimeSpan.TicksPerSecond)) * TimeSpan.NanosecondsPerTick);
        return new FuseAttr
        {
            Ino = node.Id.Value,
            Size = (ulong)node.Size,
            Blocks = (ulong)(node.Size + 511) / 512,
            ATime = (ulong)seconds,
            MTime = (ulong)seconds,
            CTime = (ulong)seconds,
            ATimeNsec = nanoseconds,
            MTimeNsec = nanoseconds,
            CTimeNsec = nanoseconds,
            Mode = node.IsDirectory ? FuseProtocol.ModeDirectory | SearchableByAll : FuseProtocol.ModeFile | ReadableByAll,

            // 1 for directories too: from 2, some programs conclude that there are no subdirectories.
            Nlink = 1,
            Uid = _uid,
            Gid = _gid,
            BlkSize = node.Kind == NodeKind.Chunk ? 1u << 20 : 4096,
        };
    }
}
