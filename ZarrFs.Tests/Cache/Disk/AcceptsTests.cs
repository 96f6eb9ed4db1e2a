using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Cache.Disk;

public sealed class AcceptsTests : IDisposable
{
    private readonly CacheRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Whether_a_level_is_kept_makes_no_difference()
    {
        using DiskCache cache = DiskCache.Open(
            new DiskCacheOptions(_rig.Directory, 1 << 30, Level0Caching.Never), [_rig.Multiscale], [Metadata.Documents.Channels(_rig.Multiscale)],
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.False(cache.Keeps(0, 0));
        Assert.True(cache.Accepts(new ChunkAddress(0, 0, 0, 0, 1, 1, 1)));
    }

    [Fact]
    public void What_was_forgotten_is_not_accepted()
    {
        using DiskCache cache = _rig.Open();
        ChunkAddress address = _rig.Full[^1];
        Assert.True(cache.Accepts(address));
        cache.Forget(0, other => other == address);
        Assert.False(cache.Accepts(address));
        Assert.False(_rig.Put(cache, address));
        Assert.True(cache.Accepts(_rig.Full[0]));
    }
}
