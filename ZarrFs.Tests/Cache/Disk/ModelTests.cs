using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>Anything in any order, beside a set that knows what must be there.</summary>
public sealed class ModelTests : IDisposable
{
    private readonly CacheRig _rig = new();
    private readonly BufferPool _pool = new(16 << 20);
    private readonly HashSet<ChunkAddress> _there = [];
    private readonly HashSet<ChunkAddress> _refused = [];

    public void Dispose()
    {
        _pool.Dispose();
        _rig.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_must_be_there_is_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        DiskCache cache = _rig.Open();
        try
        {
            for (int step = 0; step < 800; step++)
            {
                ChunkAddress address = _rig.Chunks[random.Next(_rig.Chunks.Count)];
                switch (random.Next(40))
                {
                    case < 12:
                        Assert.Equal(!_refused.Contains(address), _rig.Put(cache, address));
                        if (!_refused.Contains(address)) _there.Add(address);
                        break;
                    case < 20:
                        Offer(cache, address);
                        break;
                    case < 34:
                        Assert.Equal(_there.Contains(address), _rig.Has(cache, address));
                        break;
                    case 34:
                        Damage(address, random);
                        Assert.False(_rig.Has(cache, address) && _rig.Full.Contains(address));
                        break;
                    case 35:
                        Forget(cache, random);
                        break;
                    case 36:
                        Evict();
                        break;
                    case 37 when _there.Contains(address) && _rig.Full.Contains(address):
                        File.Delete(_rig.FileOf(address));
                        _there.Remove(address);
                        Assert.False(_rig.Has(cache, address)); // nobody makes a chunk again before he has looked
                        break;
                    case 38 or 39 when random.Next(3) == 0:
                        cache.Dispose();
                        cache = _rig.Open();
                        _refused.Clear();
                        break;
                }

                if (step % 50 == 0) Check(cache);
            }

            Check(cache);
        }
        finally
        {
            cache.Dispose();
        }

        Assert.Equal(0, _pool.BuffersInUse);
    }

    private void Check(DiskCache cache)
    {
        cache.Loading.Wait(); // until then its sum is what is known of it
        Assert.All(_rig.Chunks, address => Assert.Equal(_there.Contains(address), _rig.Has(cache, address)));
        Assert.Equal(_there.Count(_rig.Full.Contains) * (long)CacheRig.ChunkBytes, cache.Bytes);
        for (int level = 0; level < 3; level++)
        {
            Assert.Equal(_there.Count(address => address.Level == level), cache.CountOf(0, level));
            bool isWhole = _rig.Chunks.Where(address => address.Level == level).All(_there.Contains);
            Assert.Equal(isWhole, File.Exists(Path.Combine(_rig.VolumeDirectory, $"{level}", "zarr.json")));
        }

        _rig.AssertNothingLeftOver(cache);
    }

    private void Offer(DiskCache cache, ChunkAddress address)
    {
        ChunkBuffer buffer = _rig.Full.Contains(address) ? _pool.TryRent(CacheRig.ChunkBytes)! : ChunkBuffer.Zeros(CacheRig.ChunkBytes);
        if (_rig.Full.Contains(address)) _rig.Expected(address).CopyTo(buffer.Span);
        cache.Offer(address, buffer);
        if (_rig.Full.Contains(address)) buffer.Release();
        cache.Flush();
        if (!_refused.Contains(address)) _there.Add(address);
    }

    private void Damage(ChunkAddress address, Random random)
    {
        if (!_there.Contains(address) || !_rig.Full.Contains(address)) return;
        byte[] bytes = File.ReadAllBytes(_rig.FileOf(address));
        if (random.Next(2) == 0) bytes = bytes[..random.Next(bytes.Length)];
        else bytes[random.Next(bytes.Length)] ^= 0x10;
        File.WriteAllBytes(_rig.FileOf(address), bytes);
        File.SetLastWriteTimeUtc(_rig.FileOf(address), DateTime.UnixEpoch); // within a tick of the clock of the file system it would have the time of before
        _there.Remove(address);
    }

    private void Forget(DiskCache cache, Random random)
    {
        int level = random.Next(3);
        long z = random.Next(4), y = random.Next(4);
        bool Which(ChunkAddress chunk) => chunk.Level == level && chunk.Z == z && chunk.Y == y;
        _there.RemoveWhere(Which);
        foreach (ChunkAddress chunk in _rig.Chunks.Where(Which)) _refused.Add(chunk);
        cache.Forget(0, new HashSet<ChunkAddress>(_refused).Contains);
    }

    /// <summary>Another process with a smaller limit makes room for one chunk more; what has gone for it is known from the disk.</summary>
    private void Evict()
    {
        long files = _there.Count(_rig.Full.Contains);
        ChunkAddress missing = _rig.Full.FirstOrDefault(address => !_there.Contains(address) && !_refused.Contains(address));
        if (files < 10 || missing == default) return;
        using (DiskCache small = _rig.Open((files - 5) * CacheRig.ChunkBytes))
        {
            small.Loading.Wait(); // which is when it keeps its limit
            Assert.True(_rig.Put(small, missing));
            Assert.InRange(small.Counters.Evicted, 6, files);
        }

        _there.Add(missing);
        _there.RemoveWhere(address => _rig.Full.Contains(address) && !File.Exists(_rig.FileOf(address)));
    }
}
