namespace ZarrFs.Host.Mount;

/// <summary>Requests of the kernel that are answered; <c>enum fuse_opcode</c> of linux/fuse.h. All others get ENOSYS.</summary>
internal enum FuseOpcode : uint
{
    Lookup = 1,
    Forget = 2,
    GetAttr = 3,
    Open = 14,
    Read = 15,
    StatFs = 17,
    Release = 18,
    GetXAttr = 22,
    ListXAttr = 23,
    Init = 26,
    OpenDir = 27,
    ReadDir = 28,
    ReleaseDir = 29,
    Interrupt = 36,
    Destroy = 38,
    BatchForget = 42,
    ReadDirPlus = 44,
}
