using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Tests.Materialize;
using ZarrFs.Tests.Mount;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>A disk that goes, fills up or cannot be written: fewer hits, one line in the log, and nothing else.</summary>
public sealed class FaultTests
{
    private readonly RecordingLogger _log = new();

    [Fact]
    public void A_directory_that_is_deleted_while_it_is_used_is_a_miss()
    {
        using var rig = new CacheRig();
        using DiskCache cache = rig.Open(logger: _log);
        rig.PutAll(cache);
        Directory.Delete(rig.Directory, recursive: true);
        Assert.Equal(Empty(rig), rig.CountRight(cache));
        Assert.All(rig.Full, address => Assert.False(rig.Put(cache, address)));
        Assert.False(Directory.Exists(rig.VolumeDirectory), "nothing is made anew");
        Assert.Single(_log.Messages);
    }

    [Fact]
    public void A_volume_that_is_deleted_while_it_is_used_is_a_miss()
    {
        using var rig = new CacheRig();
        using DiskCache cache = rig.Open(logger: _log);
        rig.PutAll(cache);
        Directory.Delete(rig.VolumeDirectory, recursive: true);
        Assert.Equal(Empty(rig), rig.CountRight(cache));
        Assert.All(rig.Full, address => Assert.False(rig.Put(cache, address)));
        Assert.False(Directory.Exists(rig.VolumeDirectory), "nothing is made anew");
    }

    [SmallDiskFact]
    public void A_full_disk_keeps_what_it_has_and_takes_more_when_there_is_room()
    {
        using var disk = new SmallDisk(40 * CacheRig.ChunkBytes);
        using var rig = new CacheRig(Path.Combine(disk.Path, "cache"));
        using (DiskCache cache = rig.Open(logger: _log))
        {
            cache.Trouble.Pause = TimeSpan.Zero;
            int kept = rig.Full.Count(address => rig.Put(cache, address));
            Assert.InRange(kept, 5, 39);
            Assert.NotEqual(0, cache.Counters.Failures);
            Assert.Equal(kept, rig.Full.Count(address => rig.Has(cache, address)));
            Assert.Contains("No space left", Assert.Single(_log.Messages), StringComparison.Ordinal);

            disk.Resize(10 << 20);
            rig.PutAll(cache);
            Assert.Equal(rig.Chunks.Count, rig.CountRight(cache));
        }

        using DiskCache again = rig.Open();
        Assert.Equal(rig.Chunks.Count, rig.CountRight(again));
        rig.AssertNothingLeftOver(again);
    }

    [Fact]
    public void After_a_failure_nothing_is_written_for_a_while()
    {
        using var rig = new CacheRig();
        using DiskCache cache = rig.Open(logger: _log);
        cache.Trouble.Pause = TimeSpan.FromDays(1);
        cache.Trouble.WriteFailed(new IOException("on purpose"));
        Assert.All(rig.Full, address => Assert.False(rig.Put(cache, address)));
        Assert.Equal(1, cache.Counters.Failures);
        cache.Trouble.Pause = TimeSpan.Zero;
        cache.Trouble.WriteFailed(new IOException("on purpose"));
        Assert.True(rig.Put(cache, rig.Full[0]));
        Assert.Single(_log.Messages);
    }

    [Fact]
    public void A_file_that_does_not_get_its_name_is_missing_and_can_be_put_again()
    {
        using var rig = new CacheRig();
        ChunkAddress address = rig.Full[^1]; // alone in its level
        string level = Path.Combine(rig.VolumeDirectory, $"{address.Level}");
        using (DiskCache cache = rig.Open(logger: _log))
        {
            cache.Trouble.Pause = TimeSpan.Zero;
            Assert.Equal(0, cache.CountOf(0, 0)); // it is open by now
            File.WriteAllText(level, "where a directory has to be made");
            Assert.False(rig.Put(cache, address));
            Assert.NotEqual(0, cache.Counters.Failures);
            Assert.Equal(CachedState.Missing, cache.StateOf(address));
            Assert.Equal(0, cache.CountOf(0, address.Level));
            File.Delete(level);
            Assert.True(rig.Put(cache, address));
            Assert.Equal(CachedState.Present, cache.StateOf(address));
            Assert.True(rig.Has(cache, address));
        }

        using DiskCache again = rig.Open();
        Assert.True(rig.Has(again, address));
        rig.AssertNothingLeftOver(again);
    }

    [SmallDiskFact]
    public void A_disk_that_cannot_be_written_is_read()
    {
        using var disk = new SmallDisk(10 << 20);
        using var rig = new CacheRig(Path.Combine(disk.Path, "cache"));
        using (DiskCache cache = rig.Open())
        {
            Assert.All(rig.Full.Skip(5), address => Assert.True(rig.Put(cache, address)));
            using var whileOpen = new ReadOnlyDisk(disk.Path);
            cache.Trouble.Pause = TimeSpan.Zero;
            CheckReadOnly(cache);
        }

        using (new ReadOnlyDisk(disk.Path))
        {
            using DiskCache cache = rig.Open(logger: _log);
            CheckReadOnly(cache);
        }

        Assert.Single(_log.Messages);
        using DiskCache again = rig.Open();
        Assert.Equal(rig.Full.Count - 5, rig.Full.Count(address => rig.Has(again, address)));
        Assert.True(rig.Put(again, rig.Full[0]));

        void CheckReadOnly(DiskCache cache)
        {
            Assert.Equal(rig.Full.Count - 5, rig.Full.Count(address => rig.Has(cache, address)));
            Assert.All(rig.Full.Take(5), address => Assert.False(rig.Put(cache, address)));
            cache.Forget(0, address => address == rig.Full[^1]);
            Assert.False(rig.Has(cache, rig.Full[^1]));
        }
    }

    [SmallDiskFact]
    public void A_directory_that_cannot_be_made_is_a_cache_of_nothing()
    {
        using var disk = new SmallDisk(1 << 20);
        using var readOnly = new ReadOnlyDisk(disk.Path);
        using var rig = new CacheRig(Path.Combine(disk.Path, "cache"));
        using DiskCache cache = rig.Open(logger: _log);
        Assert.All(rig.Chunks, address => Assert.False(rig.Put(cache, address)));
        Assert.Equal(0, rig.CountRight(cache));
        Assert.Single(_log.Messages);
    }

    private static int Empty(CacheRig rig) => rig.Chunks.Count - rig.Full.Count;

    /// <summary>A file system in its own place once more, where it cannot be written: files that are open go on, as after an error of a disk.</summary>
    private sealed class ReadOnlyDisk : IDisposable
    {
        private readonly string _path;

        public ReadOnlyDisk(string path)
        {
            const int Bind = 4096, Remount = 32, CannotWrite = 1;
            _path = path;
            Assert.Equal(0, Posix.Errno(() => Posix.Mount(path, path, "", Bind, "")));
            Assert.Equal(0, Posix.Errno(() => Posix.Mount("", path, "", Remount | Bind | CannotWrite, "")));
        }

        public void Dispose()
        {
            const int Detach = 2;
            _ = Posix.Unmount(_path, Detach);
        }
    }
}
