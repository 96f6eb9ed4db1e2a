using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>Two caches on one directory, as two processes have them.</summary>
public sealed class SharingTests : IDisposable
{
    private readonly CacheRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void What_one_keeps_the_other_finds()
    {
        using DiskCache one = _rig.Open(), other = _rig.Open();
        Assert.Equal(0, _rig.CountRight(other));
        _rig.PutAll(one);
        Assert.Equal(_rig.Chunks.Count, _rig.CountRight(other));
        _rig.PutAll(other); // it is there already
        Assert.Equal(0, other.Counters.Writes);
        Assert.True(File.Exists(Path.Combine(_rig.VolumeDirectory, "zarr.json")));
    }

    [Fact]
    public void What_one_forgets_the_other_does_not_find()
    {
        using DiskCache one = _rig.Open(), other = _rig.Open();
        _rig.PutAll(one);
        Assert.Equal(_rig.Chunks.Count, _rig.CountRight(other));
        one.Forget(0, address => address.Level == 0);
        Assert.All(_rig.Full, address => Assert.Equal(address.Level > 0, _rig.Has(other, address)));
        Assert.Equal(0, other.Counters.Failures + other.Counters.Damaged);
        Assert.False(File.Exists(Path.Combine(_rig.VolumeDirectory, "zarr.json")));

        // It has not heard of any change, and what it keeps is not for the one that has.
        _rig.PutAll(other);
        Assert.All(_rig.Chunks, address => Assert.Equal(address.Level > 0, _rig.Has(one, address)));
    }

    [Theory]
    [InlineData(1 << 30)]
    [InlineData(30 * CacheRig.ChunkBytes)]
    public async Task Four_threads_on_two_caches_never_read_what_is_wrong(long most)
    {
        using (DiskCache one = _rig.Open(most), other = _rig.Open(most))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() =>
            {
                var random = new Random(i);
                DiskCache cache = i % 2 == 0 ? one : other;
                for (int round = 0; round < 600; round++)
                {
                    ChunkAddress address = _rig.Chunks[random.Next(_rig.Chunks.Count)];
                    if (random.Next(2) == 0) _rig.Put(cache, address);
                    else _rig.Has(cache, address);
                }
            })));
            Assert.Equal(0, one.Counters.Damaged + other.Counters.Damaged);
            Assert.Equal(0, one.Counters.Failures + other.Counters.Failures);
        }

        using DiskCache again = _rig.Open(most);
        await again.Loading; // until then its bytes may not be known
        Assert.InRange(_rig.CountRight(again), 10, _rig.Chunks.Count);
        Assert.InRange(again.Bytes, 1, most);
        _rig.AssertNothingLeftOver(again);
    }

    [Fact]
    public async Task While_chunks_are_forgotten_none_of_them_is_found_afterwards()
    {
        for (int round = 0; round < 20; round++)
        {
            using var rig = new CacheRig(seed: round);
            using DiskCache cache = rig.Open();
            bool forgotten = false;
            Task[] writers =
            [
                .. Enumerable.Range(0, 3).Select(i => Task.Run(() =>
                {
                    foreach (ChunkAddress address in rig.Full.Skip(i)) rig.Put(cache, address);
                })),
                Task.Run(() =>
                {
                    while (!Volatile.Read(ref forgotten)) _ = rig.Has(cache, rig.Full[^1]);
                }),
            ];
            try
            {
                await Task.Delay(round % 5);
                cache.Forget(0, address => address.Z == 1);
                Assert.DoesNotContain(rig.Full, address => address.Z == 1 && rig.Has(cache, address));
            }
            finally
            {
                Volatile.Write(ref forgotten, true);
                await Task.WhenAll(writers);
            }

            Assert.All(rig.Full, address => Assert.Equal(address.Z != 1, rig.Has(cache, address)));
            rig.AssertNothingLeftOver(cache);
        }
    }

    [Fact]
    public void Temporary_files_of_a_living_process_stay_and_those_of_a_dead_one_go()
    {
        using DiskCache living = _rig.Open();
        string own = Path.Combine(_rig.Directory, ".zarrfs");
        string kept = Path.Combine(Directory.GetDirectories(own, "tmp-*").Single(), "7f");
        File.WriteAllText(kept, "being written");
        string dead = Path.Combine(own, "tmp-99999999-00000000");
        Directory.CreateDirectory(dead);
        File.WriteAllText(Path.Combine(dead, "1"), "half");
        File.WriteAllText(dead + ".lock", "");
        _rig.Open().Dispose();
        Assert.True(File.Exists(kept));
        Assert.False(Directory.Exists(dead));
        Assert.False(File.Exists(dead + ".lock"));
        File.Delete(kept);
    }
}
