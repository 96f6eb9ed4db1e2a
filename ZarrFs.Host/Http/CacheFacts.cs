using ZarrFs.Core.Cache.Disk;

namespace ZarrFs.Host.Http;

/// <summary>What people are told about the disk cache, since the program was started.</summary>
/// <param name="Directory">Where it is; null where that is not told.</param>
/// <param name="Bytes">Bytes of chunk files in it.</param>
/// <param name="MaxBytes">Most bytes of them.</param>
/// <param name="Hits">Chunks that were there when they were wanted.</param>
/// <param name="Misses">Chunks that were not.</param>
public sealed record CacheFacts(string? Directory, long Bytes, long MaxBytes, long Hits, long Misses)
{
    /// <summary>As it is now.</summary>
    public static CacheFacts Of(DiskCache disk) => new(disk.Directory, disk.Bytes, disk.MaxBytes, disk.Counters.Hits, disk.Counters.Misses);
}
