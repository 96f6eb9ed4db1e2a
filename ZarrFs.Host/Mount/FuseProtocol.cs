using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZarrFs.Host.Mount;

/// <summary>Constants of linux/fuse.h, protocol 7.40.</summary>
internal static class FuseProtocol
{
    public const uint Major = 7;

    /// <summary>The version these structures are taken from; a kernel may be newer or older.</summary>
    public const uint Minor = 40;

    /// <summary>The first version whose INIT reply has its present length.</summary>
    public const uint OldestMinor = 23;

    public const uint ModeDirectory = 0x4000;
    public const uint ModeFile = 0x8000;
    public const uint DirentDirectory = 4;
    public const uint DirentFile = 8;
    public const uint OpenAccessMode = 3;

    /// <summary><c>FUSE_NOTIFY_INVAL_INODE</c>.</summary>
    public const int NotifyInvalidateInode = 2;
    public const int NotifyInvalidateEntry = 3;

    /// <summary><c>FUSE_DEV_IOC_BACKING_OPEN</c>, <c>_IOW(229, 1, struct fuse_backing_map)</c>.</summary>
    public const uint BackingOpen = 0x4010e501;

    /// <summary><c>FUSE_DEV_IOC_BACKING_CLOSE</c>, <c>_IOW(229, 2, uint32_t)</c>.</summary>
    public const uint BackingClose = 0x4004e502;

    /// <summary>Of file systems on one another, ours included: a backing file may lie on one that is on no other.</summary>
    public const uint PassthroughStackDepth = 1;
}

/// <summary><c>FUSE_*</c> capabilities of INIT: <c>flags</c> in the low half, <c>flags2</c> in the high one.</summary>
[Flags]
internal enum FuseCapabilities : ulong
{
    None = 0,
    AsyncRead = 1ul << 0,
    ExportSupport = 1ul << 4,
    DoReadDirPlus = 1ul << 13,
    AsyncDirectIo = 1ul << 15,
    NoOpenSupport = 1ul << 17,
    ParallelDirOps = 1ul << 18,
    MaxPages = 1ul << 22,
    NoOpenDirSupport = 1ul << 24,
    InitExt = 1ul << 30,
    DirectIoAllowMmap = 1ul << 36,
    Passthrough = 1ul << 37,
}

/// <summary><c>FOPEN_*</c>.</summary>
[Flags]
internal enum FuseOpenFlags : uint
{
    None = 0,
    DirectIo = 1 << 0,
    KeepCache = 1 << 1,
    CacheDir = 1 << 3,
    NoFlush = 1 << 5,
    Passthrough = 1 << 7,
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseInHeader
{
    public uint Len;
    public FuseOpcode Opcode;
    public ulong Unique;
    public ulong NodeId;
    public uint Uid;
    public uint Gid;
    public uint Pid;
    public ushort TotalExtLen;
    public ushort Padding;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseOutHeader
{
    public uint Len;
    public int Error;
    public ulong Unique;
}

/// <summary>The part of <c>fuse_init_in</c> that every kernel sends; from 7.36 on, <c>flags2</c> follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FuseInitIn
{
    public uint Major;
    public uint Minor;
    public uint MaxReadAhead;
    public uint Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseInitInExt
{
    public FuseInitIn Base;
    public uint Flags2;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseInitOut
{
    public uint Major;
    public uint Minor;
    public uint MaxReadAhead;
    public uint Flags;
    public ushort MaxBackground;
    public ushort CongestionThreshold;
    public uint MaxWrite;
    public uint TimeGran;
    public ushort MaxPages;
    public ushort MapAlignment;
    public uint Flags2;
    public uint MaxStackDepth;
    public FuseInitUnused Unused;
}

[InlineArray(6)]
internal struct FuseInitUnused
{
    private uint _first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseAttr
{
    public ulong Ino;
    public ulong Size;
    public ulong Blocks;
    public ulong ATime;
    public ulong MTime;
    public ulong CTime;
    public uint ATimeNsec;
    public uint MTimeNsec;
    public uint CTimeNsec;
    public uint Mode;
    public uint Nlink;
    public uint Uid;
    public uint Gid;
    public uint Rdev;
    public uint BlkSize;
    public uint Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseEntryOut
{
    public ulong NodeId;
    public ulong Generation;
    public ulong EntryValid;
    public ulong AttrValid;
    public uint EntryValidNsec;
    public uint AttrValidNsec;
    public FuseAttr Attr;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseAttrOut
{
    public ulong AttrValid;
    public uint AttrValidNsec;
    public uint Dummy;
    public FuseAttr Attr;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseOpenIn
{
    public uint Flags;
    public uint OpenFlags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseOpenOut
{
    public ulong Fh;
    public FuseOpenFlags OpenFlags;
    public int BackingId;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseReleaseIn
{
    public ulong Fh;
    public uint Flags;
    public uint ReleaseFlags;
    public ulong LockOwner;
}

/// <summary><c>fuse_backing_map</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FuseBackingMap
{
    public int Fd;
    public uint Flags;
    public ulong Padding;
}

/// <summary><c>fuse_notify_inval_inode_out</c>; from offset 0, length 0 is everything.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FuseNotifyInvalidateInode
{
    public ulong NodeId;
    public long Offset;
    public long Length;
}

/// <summary><c>fuse_notify_inval_entry_out</c>; the name follows, and a byte of zero.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FuseNotifyInvalidateEntry
{
    public ulong Parent;
    public uint NameLen;
    public uint Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseReadIn
{
    public ulong Fh;
    public ulong Offset;
    public uint Size;
    public uint ReadFlags;
    public ulong LockOwner;
    public uint Flags;
    public uint Padding;
}

/// <summary><c>fuse_getxattr_in</c> and <c>fuse_getxattr_out</c>, which are alike; the name follows the former.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FuseXAttrSize
{
    public uint Size;
    public uint Padding;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseInterruptIn
{
    public ulong Unique;
}

/// <summary><c>fuse_dirent</c>; the name follows, padded to a multiple of 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FuseDirent
{
    public ulong Ino;
    public ulong Off;
    public uint NameLen;
    public uint Type;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FuseStatFsOut
{
    public ulong Blocks;
    public ulong BFree;
    public ulong BAvail;
    public ulong Files;
    public ulong FFree;
    public uint BSize;
    public uint NameLen;
    public uint FrSize;
    public uint Padding;
    public FuseStatFsSpare Spare;
}

[InlineArray(6)]
internal struct FuseStatFsSpare
{
    private uint _first;
}
