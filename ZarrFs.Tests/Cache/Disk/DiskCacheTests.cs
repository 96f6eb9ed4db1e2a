using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Materialize;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>What is kept is found, in this run and the next, as what it was; and a cache with everything is a store.</summary>
public sealed class DiskCacheTests : IDisposable
{
    private readonly CacheRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task What_was_put_is_found_in_this_run_and_the_next()
    {
        using (DiskCache first = _rig.Open())
        {
            await first.Loading; // until then its bytes may not be known
            Assert.All(_rig.Chunks, address => Assert.Equal(CachedState.Missing, first.StateOf(address)));
            Assert.Equal(0, _rig.CountRight(first));
            Assert.Equal(_rig.Chunks.Count, first.Counters.Misses);
            _rig.PutAll(first);
            Assert.Equal(_rig.Chunks.Count, _rig.CountRight(first));
            Assert.Equal(_rig.Full.Count * (long)CacheRig.ChunkBytes, first.Bytes);
            Assert.Equal(64, first.CountOf(0, 0));
        }

        using DiskCache second = _rig.Open();
        Assert.Equal(64, second.CountOf(0, 0));
        Assert.Equal(8, second.CountOf(0, 1));
        Assert.Equal(1, second.CountOf(0, 2));
        Assert.Equal(_rig.Chunks.Count, _rig.CountRight(second));
        Assert.Equal(0, second.Counters.Misses);
        Assert.Equal(0, second.Counters.Failures);
        _rig.AssertNothingLeftOver(second);
    }

    [Fact]
    public void What_an_earlier_run_kept_is_there_for_a_volume_that_is_added_later()
    {
        using (DiskCache first = _rig.Open()) _rig.PutAll(first);
        using CacheRig other = new(_rig.Directory, seed: 2, name: "other");
        using DiskCache second = other.Open();
        Assert.True(second.TryAdd(1, _rig.Multiscale, Documents.Channels(_rig.Multiscale)));
        Assert.Equal((64, 8, 1), (second.CountOf(1, 0), second.CountOf(1, 1), second.CountOf(1, 2)));
        byte[] raw = new byte[CacheRig.ChunkBytes];
        foreach (ChunkAddress address in _rig.Full)
        {
            Assert.Equal(CachedState.Present, second.TryRead(address with { Volume = 1 }, raw));
            Assert.Equal(_rig.Expected(address), raw);
        }
    }

    [Fact]
    public void What_is_offered_is_written_by_and_by_and_its_memory_comes_back()
    {
        using var pool = new BufferPool(16 << 20);
        using (DiskCache cache = _rig.Open())
        {
            foreach (ChunkAddress address in _rig.Full)
            {
                ChunkBuffer buffer = pool.TryRent(CacheRig.ChunkBytes)!;
                _rig.Expected(address).CopyTo(buffer.Span);
                cache.Offer(address, buffer);
                buffer.Release();
            }

            cache.Flush();
            Assert.Equal(_rig.Full.Count, cache.Counters.Writes);
            Assert.All(_rig.Full, address => Assert.True(_rig.Has(cache, address)));
        }

        Assert.Equal(0, pool.BuffersInUse);
    }

    [Fact]
    public void What_waits_is_bounded_and_the_rest_is_counted()
    {
        using var pool = new BufferPool(16 << 20);
        var options = new DiskCacheOptions(_rig.Directory, 1 << 30, Level0Caching.Always) { QueueBytes = 3 * CacheRig.ChunkBytes };
        using DiskCache cache = DiskCache.Open(options, [_rig.Multiscale], [Documents.Channels(_rig.Multiscale)], NullLogger.Instance);
        for (int round = 0; round < 3; round++)
        {
            foreach (ChunkAddress address in _rig.Full)
            {
                ChunkBuffer buffer = pool.TryRent(CacheRig.ChunkBytes)!;
                _rig.Expected(address).CopyTo(buffer.Span);
                cache.Offer(address, buffer);
                buffer.Release();
                Assert.InRange(cache.QueuedBytes, 0, options.QueueBytes);
            }
        }

        cache.Flush();
        Assert.True(cache.Counters.Writes + cache.Counters.Dropped >= _rig.Full.Count);
        Assert.Equal(cache.Counters.Writes, _rig.Full.Count(address => _rig.Has(cache, address)));
    }

    [Fact]
    public void A_cache_with_everything_is_the_store_that_materialize_writes()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        using var build = new StoreBuild(_rig.Source, StoreFormat.Ome05, new ChunkShape(16, 16, 16));
        StoreTarget target = build.Target("out.ome.zarr");
        build.Run(target);
        StoreBuild.Same(StoreBuild.Files(target.Path), WithoutOwn());

        // As long as it is whole: what is taken away takes the claim with it.
        using (DiskCache cache = _rig.Open())
        {
            cache.Forget(0, address => address == _rig.Full[^2]);
            Assert.False(File.Exists(Path.Combine(_rig.VolumeDirectory, "zarr.json")));
            Assert.False(File.Exists(Path.Combine(_rig.VolumeDirectory, "1", "zarr.json")));
            Assert.True(File.Exists(Path.Combine(_rig.VolumeDirectory, "0", "zarr.json")));
        }

        using (DiskCache cache = _rig.Open()) Assert.True(_rig.Put(cache, _rig.Full[^2]));
        StoreBuild.Same(StoreBuild.Files(target.Path), WithoutOwn());
    }

    [Fact]
    public void Level_0_is_kept_where_it_is_dear_or_wanted()
    {
        Assert.True(Keeps(Level0Caching.Always, isDecoded: false));
        Assert.False(Keeps(Level0Caching.Auto, isDecoded: false));
        Assert.True(Keeps(Level0Caching.Auto, isDecoded: true));
        Assert.False(Keeps(Level0Caching.Never, isDecoded: true));

        bool Keeps(Level0Caching mode, bool isDecoded)
        {
            var source = new ArraySource(_rig.Source.Shape, DataType.UInt16, _rig.Source.Voxels) { Unit = new ReadUnit(1, 60, 50, IsDecoded: isDecoded) };
            var volume = new Multiscale("test", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(16, 16, 16), null, DownsampleMethod.Mean);
            using DiskCache cache = DiskCache.Open(
                new DiskCacheOptions(_rig.Directory, 1 << 30, mode), [volume], [Documents.Channels(volume)], NullLogger.Instance);
            Assert.True(cache.Keeps(0, 1));
            Assert.Equal(cache.Keeps(0, 0), cache.TryPut(_rig.Full[0], _rig.Expected(_rig.Full[0])));
            Assert.True(cache.TryPut(_rig.Full[^1], _rig.Expected(_rig.Full[^1])));
            return cache.Keeps(0, 0);
        }
    }

    [Fact]
    public void What_may_hold_the_fill_of_a_bad_slice_is_not_kept()
    {
        _rig.Source.Problems =
        [
            new SourceProblem(SourceProblemKind.Bad, 35, 1, "/test/array/00035", "torn"),
            new SourceProblem(SourceProblemKind.Missing, 50, 1, "/test/array", "no file"),
        ];
        using DiskCache cache = _rig.Open();
        foreach (ChunkAddress address in _rig.Chunks)
        {
            bool holds = address.Z == 35 / (16 << address.Level);
            Assert.Equal(!holds, cache.Accepts(address));
            Assert.Equal(!holds, _rig.Put(cache, address));
        }
    }

    [Fact]
    public void Previews_are_neither_kept_nor_found()
    {
        using DiskCache cache = _rig.Open();
        ChunkAddress address = _rig.Full[0], preview = address with { IsPreview = true };
        Assert.False(_rig.Put(cache, preview));
        Assert.True(_rig.Put(cache, address));
        Assert.Equal(CachedState.Missing, cache.StateOf(preview));
        Assert.Equal(CachedState.Missing, cache.TryRead(preview, new byte[CacheRig.ChunkBytes]));
        Assert.Null(cache.TryOpen(preview));
    }

    [Fact]
    public void What_is_forgotten_is_gone_for_good_and_not_taken_again()
    {
        using (DiskCache cache = _rig.Open())
        {
            _rig.PutAll(cache);
            cache.Forget(0, address => address.Y == 1);
            Assert.All(_rig.Chunks, address => Assert.Equal(address.Y != 1, _rig.Has(cache, address)));
            Assert.All(_rig.Chunks.Where(address => address.Y == 1), address => Assert.False(_rig.Put(cache, address)));
            Assert.All(_rig.Chunks, address => Assert.Equal(address.Y != 1, _rig.Has(cache, address)));
        }

        using DiskCache again = _rig.Open();
        Assert.All(_rig.Chunks, address => Assert.Equal(address.Y != 1, _rig.Has(again, address)));
        _rig.AssertNothingLeftOver(again);
    }

    [Fact]
    public void An_open_file_stays_what_it_is_whatever_becomes_of_it()
    {
        using DiskCache cache = _rig.Open();
        _rig.PutAll(cache);
        using CachedFile file = cache.TryOpen(_rig.Full[3])!;
        cache.Forget(0, _ => true);
        byte[] found = new byte[CacheRig.ChunkBytes];
        Assert.Equal(found.Length, RandomAccess.Read(file.Handle, found, 0));
        Assert.Equal(_rig.Expected(_rig.Full[3]), found);
        Assert.Null(cache.TryOpen(_rig.Full[3]));
    }

    [Fact]
    public void Another_view_of_the_same_source_has_another_directory()
    {
        ArraySource source = _rig.Source;
        string[] names =
        [
            Name(new Volume(source, VolumeRanges.All, null, null)),
            Name(new Volume(source, VolumeRanges.All, DataType.UInt8, null)),
            Name(new Volume(source, VolumeRanges.All, null, null, new VolumeShift(1, 0, 0))),
            Name(new Volume(source, VolumeRanges.All, null, null), method: DownsampleMethod.Max),
            Name(new Volume(source, VolumeRanges.All, null, null), size: 8),
            Name(new Volume(new ArraySource(source.Shape, source.DataType, source.Voxels) { Fingerprint = "f" }, VolumeRanges.All, null, null)),
            Name(new Volume(new ArraySource(source.Shape, source.DataType, source.Voxels) { Path = "/other" }, VolumeRanges.All, null, null)),
            Name(new Volume(source, VolumeRanges.All, null, null), name: "other"),
        ];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(Name(new Volume(source, VolumeRanges.All, null, null), name: new string('ü', 120))), 1, 200);

        static string Name(Volume volume, DownsampleMethod method = DownsampleMethod.Mean, int size = 16, string name = "test") =>
            DiskCache.NameOf(new Multiscale(name, volume, new ChunkShape(size, size, size), null, method));
    }

    [Fact]
    public void A_directory_with_other_files_and_a_file_are_refused_and_left_alone()
    {
        Directory.CreateDirectory(_rig.Directory);
        string mine = Path.Combine(_rig.Directory, "thesis.doc");
        File.WriteAllText(mine, "years");
        var refused = Assert.Throws<OptionException>(() => _rig.Open());
        Assert.Contains("--cache", refused.Message, StringComparison.Ordinal);
        Assert.Contains("thesis.doc", refused.Message, StringComparison.Ordinal);
        Assert.Equal([mine], Directory.GetFileSystemEntries(_rig.Directory));
        Assert.Throws<OptionException>(() => CacheRig.Open(mine, 1 << 30, null, _rig.Multiscale));
        Assert.Equal("years", File.ReadAllText(mine));
    }

    /// <summary>A copy of the volume's directory without what is the cache's own.</summary>
    private string WithoutOwn()
    {
        string copy = Path.Combine(_rig.Directory, "..", "copy");
        if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        foreach ((string name, byte[] content) in StoreBuild.Files(_rig.VolumeDirectory))
        {
            if (name.StartsWith(".zarrfs", StringComparison.Ordinal)) continue;
            string path = Path.Combine(copy, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!name.EndsWith('/')) File.WriteAllBytes(path, content);
        }

        return copy;
    }
}
