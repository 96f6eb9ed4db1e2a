namespace ZarrFs.Host.Mount;

/// <summary>One line of <c>/proc/self/mountinfo</c>.</summary>
/// <param name="Id">The mount's number.</param>
/// <param name="Parent">The number of the mount it stands on; for a stacked one, that of the mount beneath.</param>
/// <param name="Device">Major and minor number, <c>0:57</c>.</param>
/// <param name="Path">Where it is mounted.</param>
/// <param name="Type">The filesystem, <c>fuse.zarrfs</c>.</param>
/// <param name="Source">What the filesystem calls its source.</param>
internal sealed record MountEntry(int Id, int Parent, string Device, string Path, string Type, string Source);
