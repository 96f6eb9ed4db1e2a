using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Tests.Metadata;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>The bytes on the disk stay below the limit; what was used last stays.</summary>
public sealed class LimitTests : IDisposable
{
    private const int Room = 40;

    private readonly CacheRig _first = new(zeros: false);
    private readonly CacheRig _second;

    public LimitTests() => _second = new CacheRig(_first.Directory, seed: 2, name: "second", zeros: false);

    public void Dispose()
    {
        _second.Dispose();
        _first.Dispose();
    }

    [Fact]
    public void Over_two_volumes_the_oldest_use_goes_first()
    {
        using DiskCache cache = Open();
        ChunkAddress[] ours = [.. _first.Full.Take(20)], theirs = [.. _second.Full.Take(20).Select(InSecond)];
        Assert.All(ours, address => Assert.True(_first.Put(cache, address)));
        Assert.All(theirs, address => Assert.True(_second.Put(cache, address)));
        Assert.Equal(0, cache.Counters.Evicted);
        Assert.All(ours.Take(10), address => Assert.True(_first.Has(cache, address)));

        // A twentieth, two, go beside the one that room is made for: the oldest that nobody has used since.
        Assert.True(_first.Put(cache, _first.Full[30]));
        Assert.Equal(3, cache.Counters.Evicted);
        Assert.Equal([.. ours[10..13]], ours.Where(address => cache.StateOf(address) == CachedState.Missing));
        Assert.All(ours[10..13], address => Assert.False(File.Exists(_first.FileOf(address))));
        for (int i = 31; i < 50; i++) Assert.True(_first.Put(cache, _first.Full[i]));
        Assert.All(ours[..10], address => Assert.True(_first.Has(cache, address)));
        Assert.All(ours[10..], address => Assert.Equal(CachedState.Missing, cache.StateOf(address)));
        Assert.Contains(theirs, address => cache.StateOf(address) == CachedState.Missing);
        Assert.InRange(OnDisk(), 1, Room);
    }

    [Fact]
    public void Uses_are_remembered_from_run_to_run()
    {
        ChunkAddress[] some = [.. _first.Full.Take(Room)];
        using (DiskCache cache = Open()) Assert.All(some, address => Assert.True(_first.Put(cache, address)));
        using (DiskCache cache = Open()) Assert.All(some[..10], address => Assert.True(_first.Has(cache, address)));
        using DiskCache again = Open();
        for (int i = Room; i < Room + 20; i++) Assert.True(_first.Put(again, _first.Full[i]));
        Assert.All(some[..10], address => Assert.True(_first.Has(again, address)));
        Assert.All(some[10..30], address => Assert.Equal(CachedState.Missing, again.StateOf(address)));
    }

    [Fact]
    public void Volumes_that_are_not_shown_count_and_make_room()
    {
        using (DiskCache cache = Open()) Assert.All(_second.Full.Take(Room), address => Assert.True(_second.Put(cache, InSecond(address))));
        using (DiskCache only = OpenFirst())
        {
            Assert.All(_first.Full.Take(30), address => Assert.True(_first.Put(only, address)));
            Assert.All(_first.Full.Take(30), address => Assert.True(_first.Has(only, address)));
            Assert.InRange(OnDisk(), 31, Room);
            Assert.Equal(OnDisk(), only.Bytes / CacheRig.ChunkBytes);
        }

        using DiskCache both = Open();
        Assert.Equal(OnDisk() - 30, _second.Full.Count(address => _second.Has(both, InSecond(address))));
    }

    [Fact]
    public void A_whole_level_of_a_volume_that_is_not_shown_loses_its_metadata_before_its_chunks()
    {
        using (DiskCache cache = CacheRig.Open(_first.Directory, 1 << 30, null, _second.Multiscale)) _second.PutAll(cache);
        Assert.True(File.Exists(Path.Combine(_second.VolumeDirectory, "zarr.json")));
        using DiskCache only = OpenFirst();
        Assert.True(_first.Put(only, _first.Full[0]));
        Assert.False(File.Exists(Path.Combine(_second.VolumeDirectory, "zarr.json")));
        Assert.False(File.Exists(Path.Combine(_second.VolumeDirectory, "0", "zarr.json")));
        Assert.InRange(OnDisk(), 1, Room);
    }

    [Fact]
    public async Task A_smaller_limit_than_the_last_run_had_is_kept_from_the_start()
    {
        using (DiskCache cache = Open()) Assert.All(_second.Full.Take(Room), address => Assert.True(_second.Put(cache, InSecond(address))));
        using DiskCache smaller = CacheRig.Open(_first.Directory, 20 * CacheRig.ChunkBytes, null, _first.Multiscale);
        await smaller.Loading;
        Assert.InRange(OnDisk(), 15, 20);
        Assert.Equal(OnDisk() * (long)CacheRig.ChunkBytes, smaller.Bytes);
    }

    /// <summary>Somebody has filled the cache on purpose, and somebody else opens it without a word about its size.</summary>
    [Fact]
    public async Task A_limit_that_nobody_has_said_deletes_nothing_but_for_what_comes()
    {
        using (DiskCache cache = Open()) Assert.All(_second.Full.Take(Room), address => Assert.True(_second.Put(cache, InSecond(address))));
        using DiskCache smaller = OpenUnsaid(_first.Directory, 20);
        await smaller.Loading;
        Assert.Equal((Room, 0L), (OnDisk(), smaller.Counters.Evicted));
        Assert.Equal(Room * (long)CacheRig.ChunkBytes, smaller.MaxBytes);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(_first.Put(smaller, _first.Full[i]));
            Assert.Equal(Room, OnDisk());
        }

        Assert.Equal(10, smaller.Counters.Evicted);
        Assert.All(_first.Full.Take(10), address => Assert.True(_first.Has(smaller, address)));
    }

    /// <summary>Beyond the limit that was guessed there is no growing by it, however many guess.</summary>
    [Fact]
    public void A_limit_that_nobody_has_said_is_kept_by_those_who_fill_the_cache()
    {
        using DiskCache one = OpenUnsaid(_first.Directory, Room), other = OpenUnsaid(_first.Directory, Room);
        var random = new Random(1);
        for (int i = 0; i < 400; i++)
        {
            _first.Put(random.Next(2) == 0 ? one : other, _first.Full[random.Next(_first.Full.Count)]);
            Assert.True(OnDisk() <= Room + 4, $"{OnDisk()} files");
        }

        Assert.NotEqual(0, one.Counters.Evicted + other.Counters.Evicted);
    }

    [Fact]
    public void A_limit_below_one_chunk_keeps_nothing()
    {
        using DiskCache cache = CacheRig.Open(_first.Directory, CacheRig.ChunkBytes - 1, null, _first.Multiscale);
        Assert.All(_first.Full, address => Assert.False(_first.Put(cache, address)));
        Assert.Equal(0, OnDisk());
    }

    [Fact]
    public void Two_processes_keep_the_limit_together()
    {
        using DiskCache one = Open(), other = Open();
        var random = new Random(1);
        for (int i = 0; i < 400; i++)
        {
            (DiskCache cache, ChunkAddress address) = (random.Next(2) == 0 ? one : other, _first.Full[random.Next(_first.Full.Count)]);
            _first.Put(cache, address);
            _second.Put(random.Next(2) == 0 ? one : other, InSecond(_second.Full[random.Next(_second.Full.Count)]));
            Assert.True(OnDisk() <= Room + 4, $"{OnDisk()} files");
        }

        Assert.NotEqual(0, one.Counters.Evicted);
        Assert.NotEqual(0, other.Counters.Evicted);
        Assert.NotEqual(0, _first.CountRight(one) + _first.CountRight(other));
    }

    private DiskCache OpenUnsaid(string directory, int room) => DiskCache.Open(
        new DiskCacheOptions(directory, room * (long)CacheRig.ChunkBytes, Level0Caching.Always) { IsLimitSaid = false },
        [_first.Multiscale], [Documents.Channels(_first.Multiscale)], NullLogger.Instance);

    private static ChunkAddress InSecond(ChunkAddress address) => address with { Volume = 1 };

    private DiskCache Open() => Loaded(CacheRig.Open(_first.Directory, Room * CacheRig.ChunkBytes, null, _first.Multiscale, _second.Multiscale));

    private DiskCache OpenFirst() => Loaded(CacheRig.Open(_first.Directory, Room * CacheRig.ChunkBytes, null, _first.Multiscale));

    private static DiskCache Loaded(DiskCache cache)
    {
        cache.Loading.Wait(); // until then its bytes may not be known, nor what was used when
        return cache;
    }

    private int OnDisk() => Directory.EnumerateFiles(_first.Directory, "*", SearchOption.AllDirectories)
        .Count(path => Path.GetFileName(path).All(char.IsAsciiDigit) && path.Contains("/c/", StringComparison.Ordinal));
}
