using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>What chunks leave when they have gone: no empty directories, and nothing of a volume that nobody shows.</summary>
public sealed class RemainsTests : IDisposable
{
    private const long NoRoom = CacheRig.ChunkBytes - 1;

    private readonly CacheRig _first = new();
    private readonly CacheRig _second;

    public RemainsTests() => _second = new CacheRig(_first.Directory, seed: 2, name: "second");

    public void Dispose()
    {
        _second.Dispose();
        _first.Dispose();
    }

    [Fact]
    public async Task Directories_go_with_the_last_chunk_in_them_and_come_again()
    {
        using (DiskCache cache = _first.Open()) _first.PutAll(cache);
        using (DiskCache cache = _first.Open(10 * CacheRig.ChunkBytes))
        {
            await cache.Loading;
            Assert.InRange(cache.Bytes, 1, 10 * CacheRig.ChunkBytes);
            Assert.Empty(EmptyDirectories(_first.VolumeDirectory));
            Assert.Contains(_first.Full, address => !Directory.Exists(Path.GetDirectoryName(_first.FileOf(address))));
        }

        using DiskCache again = _first.Open();
        _first.PutAll(again);
        Assert.Equal(_first.Chunks.Count, _first.CountRight(again));
        again.Forget(0, _ => true);
        Assert.Equal([Path.Combine(_first.VolumeDirectory, ".zarrfs")], Directory.GetDirectories(_first.VolumeDirectory));
        Assert.Equal(0, again.Counters.Failures);
    }

    [Fact]
    public async Task A_volume_that_is_not_shown_goes_with_its_last_chunk()
    {
        using (DiskCache cache = _second.Open()) _second.PutAll(cache);
        Assert.NotEqual(_second.Chunks.Count, _second.Full.Count); // what is known of those that are all fill goes too
        using DiskCache only = _first.Open(NoRoom);
        await only.Loading;
        Assert.False(Directory.Exists(_second.VolumeDirectory));
        Assert.True(File.Exists(_first.IndexFile));
        Assert.Equal((0, 0), (only.Bytes, only.Counters.Failures));
    }

    [Fact]
    public async Task A_volume_of_an_earlier_run_that_has_nothing_goes()
    {
        using (DiskCache cache = _second.Open()) await cache.Loading;
        Assert.True(File.Exists(_second.IndexFile));
        using DiskCache only = _first.Open();
        await only.Loading;
        Assert.False(Directory.Exists(_second.VolumeDirectory));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_kill_leaves_of_a_volume_that_was_about_to_go_goes(bool withFolders)
    {
        using (DiskCache cache = _second.Open()) await cache.Loading;
        File.Delete(_second.IndexFile);
        if (withFolders) Directory.CreateDirectory(Path.GetDirectoryName(_second.FileOf(_second.Full[0]))!);
        using DiskCache only = _first.Open();
        await only.Loading;
        Assert.False(Directory.Exists(_second.VolumeDirectory));
        Assert.Equal(0, only.Counters.Failures);
    }

    [Fact]
    public async Task A_volume_of_which_only_fill_was_kept_stays()
    {
        ChunkAddress[] fill = [.. _second.Chunks.Except(_second.Full)];
        using (DiskCache cache = _second.Open()) Assert.All(fill, address => Assert.True(_second.Put(cache, address)));
        using (DiskCache only = _first.Open()) await only.Loading;
        using DiskCache again = _second.Open();
        Assert.NotEmpty(fill);
        Assert.All(fill, address => Assert.True(_second.Has(again, address)));
    }

    [Fact]
    public async Task A_volume_that_another_process_shows_stays_and_is_written_on()
    {
        using (DiskCache other = _second.Open())
        {
            _second.PutAll(other);
            using (DiskCache only = _first.Open(NoRoom)) await only.Loading;
            Assert.Equal([Path.Combine(_second.VolumeDirectory, ".zarrfs")], Directory.GetDirectories(_second.VolumeDirectory));
            using (DiskCache only = _first.Open()) await only.Loading; // nothing is left of it, and it is shown still
            Assert.True(File.Exists(_second.IndexFile));
            _second.PutAll(other);
            Assert.Equal(_second.Chunks.Count, _second.CountRight(other));
            Assert.True(File.Exists(Path.Combine(_second.VolumeDirectory, "zarr.json")));
            other.Forget(0, _ => true);
            Assert.Equal(0, other.Counters.Failures);
        }

        using DiskCache last = _first.Open();
        await last.Loading;
        Assert.False(Directory.Exists(_second.VolumeDirectory));
    }

    /// <summary>The one that shows the volume reads what is on its way to a reader to the end.</summary>
    [Fact]
    public async Task An_open_chunk_is_read_on_when_its_volume_has_gone()
    {
        ChunkAddress address = _second.Full[0];
        byte[] found = new byte[CacheRig.ChunkBytes];
        CachedFile file;
        using (DiskCache cache = _second.Open())
        {
            Assert.True(_second.Put(cache, address));
            file = cache.TryOpen(address)!;
        }

        using (file)
        {
            using DiskCache only = _first.Open(NoRoom);
            await only.Loading;
            Assert.False(Directory.Exists(_second.VolumeDirectory));
            Assert.Equal(CacheRig.ChunkBytes, RandomAccess.Read(file.Handle, found, 0));
            Assert.Equal(_second.Expected(address), found);
        }
    }

    [Theory]
    [InlineData("readme")]
    [InlineData("0/c/1/1/hello")]
    [InlineData("0/zarr.json")]
    [InlineData(".zarrfs/mine")]
    public async Task What_is_not_the_caches_stays_with_its_volume(string name)
    {
        using (DiskCache cache = _second.Open()) _second.PutAll(cache);
        string foreign = Path.Combine(_second.VolumeDirectory, name);
        File.WriteAllText(foreign, "mine");
        for (int run = 0; run < 2; run++)
        {
            using DiskCache only = _first.Open(NoRoom);
            await only.Loading;
            Assert.Equal(0, only.Counters.Failures);
            Assert.Equal("mine", File.ReadAllText(foreign));
            Assert.True(File.Exists(_second.IndexFile));
        }

        Assert.Equal([foreign], Directory.GetFiles(_second.VolumeDirectory, "*", SearchOption.AllDirectories).Where(path => File.ReadAllText(path) == "mine"));
    }

    [Fact]
    public async Task What_a_link_leads_to_stays()
    {
        using var elsewhere = new Corpus.TemporaryDirectory();
        string empty = Path.Combine(elsewhere.Path, "empty");
        Directory.CreateDirectory(empty);
        using (DiskCache cache = _second.Open()) await cache.Loading;
        string link = Path.Combine(_second.VolumeDirectory, "1");
        Directory.CreateSymbolicLink(link, elsewhere.Path);
        using DiskCache only = _first.Open();
        await only.Loading;
        Assert.True(Directory.Exists(empty));
        Assert.Equal(elsewhere.Path, new DirectoryInfo(link).LinkTarget);
    }

    /// <summary>Directories come and go all the time under those who put files there.</summary>
    [Fact]
    public async Task Four_threads_with_room_for_two_chunks_lose_no_directory()
    {
        using DiskCache one = _first.Open(2 * CacheRig.ChunkBytes), other = _first.Open(2 * CacheRig.ChunkBytes);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() =>
        {
            var random = new Random(i);
            for (int round = 0; round < 300; round++) _first.Put(i % 2 == 0 ? one : other, _first.Full[random.Next(_first.Full.Count)]);
        })));
        Assert.NotEqual(0, one.Counters.Evicted + other.Counters.Evicted);
        Assert.Equal(0, one.Counters.Failures + other.Counters.Failures);
    }

    /// <summary>Whatever comes first, one finds its volume as it has left it, or without chunks, and can write to it.</summary>
    [Fact]
    public async Task A_volume_is_opened_while_another_process_drops_it()
    {
        bool isDone = false;
        Task dropping = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isDone))
            {
                using DiskCache only = _first.Open(NoRoom);
                await only.Loading;
                Assert.Equal(0, only.Counters.Failures);
            }
        });
        try
        {
            int dropped = 0;
            for (int round = 0; round < 40 || dropped == 0; round++)
            {
                if (!Directory.Exists(_second.VolumeDirectory)) dropped++;
                using DiskCache cache = _second.Open();
                Assert.True(_second.Put(cache, _second.Full[round % _second.Full.Count]), $"in round {round}");
                _ = _second.CountRight(cache);
                Assert.Equal(0, cache.Counters.Failures);
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            await dropping;
        }
    }

    private static IEnumerable<string> EmptyDirectories(string directory) =>
        Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories).Where(static path => !Directory.EnumerateFileSystemEntries(path).Any());
}
