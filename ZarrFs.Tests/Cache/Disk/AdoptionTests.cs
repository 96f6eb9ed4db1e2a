using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources.Changes;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>A cache of a source some of whose slices changed between two runs.</summary>
public sealed class AdoptionTests : IDisposable
{
    private readonly SliceFolder _folder = new(40);
    private readonly Corpus.TemporaryDirectory _directory = new();

    private string CachePath => Path.Combine(_directory.Path, "cache");

    public void Dispose()
    {
        _folder.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Gaussian)]
    public async Task What_the_changed_slices_do_not_feed_is_still_there(DownsampleMethod method)
    {
        (_, HashSet<ChunkAddress> all) = await Run(method);
        _folder.Rename(19, 0); // a slice of zeros, too
        (int kept, HashSet<ChunkAddress> missing) = await Run(method);
        Assert.Single(Volumes());
        Assert.Equal(all.Count - missing.Count, kept);
        Assert.Equal(Fed(method, 19).Order(ByPlace), missing.Order(ByPlace));
        _folder.Stamp(_folder[0]);
        (_, missing) = await Run(method);
        Assert.Equal(Fed(method, 0).Order(ByPlace), missing.Order(ByPlace));
        (_, missing) = await Run(method);
        Assert.Empty(missing);
        Assert.Single(Volumes());
    }

    [Fact]
    public async Task Another_view_or_another_set_of_slices_is_another_directory()
    {
        await Run(DownsampleMethod.Mean);
        (int kept, _) = await Run(DownsampleMethod.Max);
        Assert.Equal((0, 2), (kept, Volumes().Length));
        File.Copy(_folder[3], Path.Combine(_folder.Path, "40.tif"));
        using ISource source = SourceOpener.Open(_folder.Path, new SourceOptions());
        Multiscale volume = View(source, DownsampleMethod.Mean);
        using DiskCache cache = Open(volume);
        Assert.Equal(0, cache.CountOf(0, 0));
        Assert.Equal(3, Volumes().Length);
    }

    [Fact]
    public async Task Nothing_is_taken_over_while_another_has_the_cache_open()
    {
        await Run(DownsampleMethod.Mean);
        using ISource before = SourceOpener.Open(_folder.Path, new SourceOptions());
        Multiscale old = View(before, DownsampleMethod.Mean);
        using (DiskCache first = Open(old))
        {
            long known = first.CountOf(0, 1);
            _folder.Rename(19, 77);
            (int kept, _) = await Run(DownsampleMethod.Mean);
            Assert.Equal((0, 2), (kept, Volumes().Length));
            Assert.Equal(known, first.CountOf(0, 1));
        }
    }

    [Fact]
    public async Task A_source_that_is_put_back_finds_only_what_it_had()
    {
        await Run(DownsampleMethod.Mean);
        string away = Path.Combine(_directory.Path, "away.tif");
        File.Copy(_folder[19], away);
        File.SetLastWriteTimeUtc(away, File.GetLastWriteTimeUtc(_folder[19]));
        byte value = _folder.Values[19];
        _folder.Rename(19, 200);
        await Run(DownsampleMethod.Mean);
        File.Move(away, _folder[19], overwrite: true);
        _folder.Values[19] = value;
        (_, HashSet<ChunkAddress> missing) = await Run(DownsampleMethod.Mean);
        Assert.Equal(Fed(DownsampleMethod.Mean, 19).Order(ByPlace), missing.Order(ByPlace));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("damaged")]
    public async Task Without_its_list_of_files_a_directory_is_left_alone(string list)
    {
        await Run(DownsampleMethod.Mean);
        string manifest = Path.Combine(Volumes().Single(), ".zarrfs", "source");
        if (list == "gone") File.Delete(manifest);
        else File.WriteAllBytes(manifest, [.. File.ReadAllBytes(manifest).Select((value, i) => i == 99 ? (byte)~value : value)]);
        _folder.Rename(19, 200);
        (int kept, _) = await Run(DownsampleMethod.Mean);
        Assert.Equal((0, 2), (kept, Volumes().Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_kill_before_the_directory_has_its_name_costs_nothing(bool isListNew)
    {
        await Run(DownsampleMethod.Mean);
        string before = Volumes().Single();
        _folder.Rename(19, 200);
        await Run(DownsampleMethod.Mean, count: 0);
        string after = Volumes().Single();
        Assert.NotEqual(before, after);
        // As a kill would leave it: the chunks are gone, the list is the old one or the new one, the name is the old one.
        string list = Path.Combine(after, ".zarrfs", "source");
        byte[] now = File.ReadAllBytes(list);
        Directory.Move(after, before);
        if (!isListNew) await Relist(before);
        (_, HashSet<ChunkAddress> missing) = await Run(DownsampleMethod.Mean);
        Assert.Equal(Fed(DownsampleMethod.Mean, 19).Order(ByPlace), missing.Order(ByPlace));
        Assert.Equal(after, Volumes().Single());
        Assert.Equal(now, File.ReadAllBytes(list));
    }

    /// <summary>Killed when the directory had the list of the new state and the name of the old one, which the source then is again, and then not.</summary>
    [Fact]
    public async Task A_kill_before_the_directory_has_its_name_mixes_no_states()
    {
        await Run(DownsampleMethod.Mean);
        string before = Volumes().Single(), first = Aside("first.tif");
        byte value = _folder.Values[19];
        _folder.Rename(19, 200);
        await Run(DownsampleMethod.Mean, count: 0);
        string second = Aside("second.tif");
        byte changed = _folder.Values[19];
        Directory.Move(Volumes().Single(), before);
        PutBack(first, value);
        await Run(DownsampleMethod.Mean);
        Assert.Equal(before, Volumes().Single());
        PutBack(second, changed);
        (_, HashSet<ChunkAddress> missing) = await Run(DownsampleMethod.Mean);
        Assert.Equal(Fed(DownsampleMethod.Mean, 19).Order(ByPlace), missing.Order(ByPlace));

        string Aside(string name)
        {
            string path = Path.Combine(_directory.Path, name);
            File.Copy(_folder[19], path);
            File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(_folder[19]));
            return path;
        }

        void PutBack(string path, byte its)
        {
            File.Move(path, _folder[19], overwrite: true);
            _folder.Values[19] = its;
        }
    }

    [Fact]
    public async Task Slices_that_change_while_they_are_shown_are_not_kept_under_the_name_of_before()
    {
        await Run(DownsampleMethod.Mean);
        using ISource source = SourceOpener.Open(_folder.Path, new SourceOptions { FollowsChanges = true });
        Multiscale volume = View(source, DownsampleMethod.Mean);
        using var pool = new BufferPool(32 << 20);
        using (DiskCache cache = Open(volume))
        {
            using var store = new ChunkStore([volume], pool, 2, disk: cache);
            string away = Path.Combine(_directory.Path, "away.tif");
            File.Copy(_folder[19], away);
            File.SetLastWriteTimeUtc(away, File.GetLastWriteTimeUtc(_folder[19]));
            byte value = _folder.Values[19];
            _folder.Rename(19, 200);
            store.TakeIn(source, source.Look().Changes);
            await ReadAll(volume, store);
            List<ChunkAddress> fed = Fed(DownsampleMethod.Mean, 19);
            ChunkAddress[] all = [.. ChunkFeed.FedBy(volume, 0, VoxelBox.All)];
            await TestStore.Until(() => all.Except(fed).All(address => cache.StateOf(address) != CachedState.Missing), "what is made of the other slices is kept");
            cache.Flush();
            foreach (ChunkAddress address in all)
            {
                Assert.Equal(!fed.Contains(address), cache.Accepts(address));
                Assert.Equal(!fed.Contains(address), cache.StateOf(address) != CachedState.Missing);
            }

            File.Move(away, _folder[19], overwrite: true); // exactly as it was: the next start has the old name
            _folder.Values[19] = value;
        }

        (_, HashSet<ChunkAddress> missing) = await Run(DownsampleMethod.Mean);
        Assert.Equal(Fed(DownsampleMethod.Mean, 19).Order(ByPlace), missing.Order(ByPlace));
    }

    private static Comparer<ChunkAddress> ByPlace { get; } =
        Comparer<ChunkAddress>.Create(static (a, b) => (a.Level, a.Z, a.Y, a.X).CompareTo((b.Level, b.Z, b.Y, b.X)));

    private static Multiscale View(ISource source, DownsampleMethod method) =>
        new("test", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(8, 8, 8), null, method);

    private DiskCache Open(Multiscale volume) =>
        DiskCache.Open(new DiskCacheOptions(CachePath, 1 << 30, Level0Caching.Always), [volume], [Documents.Channels(volume)], NullLogger.Instance);

    private string[] Volumes() => Directory.GetDirectories(CachePath, "*.ome.zarr");

    /// <summary>A run of the program: what is in the cache at its start, then all chunks are read, compared, and kept.</summary>
    private async Task<(int Kept, HashSet<ChunkAddress> Missing)> Run(DownsampleMethod method, int? count = null)
    {
        using ISource source = SourceOpener.Open(_folder.Path, new SourceOptions { FollowsChanges = true });
        Multiscale volume = View(source, method);
        using var pool = new BufferPool(32 << 20);
        using DiskCache cache = Open(volume);
        ChunkAddress[] all = [.. ChunkFeed.FedBy(volume, 0, VoxelBox.All)];
        HashSet<ChunkAddress> missing = [.. all.Where(address => cache.StateOf(address) == CachedState.Missing)];
        using (var store = new ChunkStore([volume], pool, 2, disk: cache))
        {
            if (count is null) await ReadAll(volume, store);
            cache.Flush();
        }

        return (count ?? all.Length - missing.Count, missing);
    }

    private async Task ReadAll(Multiscale volume, ChunkStore store)
    {
        var oracle = new PlainPyramid(volume.Volume.Shape, DataType.UInt8, _folder.Voxels, volume.Method, volume.Levels.Count);
        foreach (ChunkAddress address in ChunkFeed.FedBy(volume, 0, VoxelBox.All))
        {
            using Lease lease = await store.GetAsync(address, CancellationToken.None);
            Assert.True(lease.Span.SequenceEqual(oracle.Chunk(address, volume.Chunk)), $"{address} is not what it should be");
        }
    }

    private List<ChunkAddress> Fed(DownsampleMethod method, int slice)
    {
        using ISource source = SourceOpener.Open(_folder.Path, new SourceOptions());
        Multiscale volume = View(source, method);
        return [.. ChunkFeed.FedBy(volume, 0, VoxelBox.All).Where(address => ChunkFeed.Of(volume, address).Overlaps(VoxelBox.Planes(slice, slice + 1)))];
    }

    /// <summary>Writes the list of files as it was with another time of slice 19.</summary>
    private static Task Relist(string directory)
    {
        string path = Path.Combine(directory, ".zarrfs", "source");
        var now = Core.Sources.Changes.SourceManifest.Parse(File.ReadAllBytes(path))!;
        return File.WriteAllBytesAsync(path, (now with { Files = [.. now.Files.Select((file, i) => i == 19 ? file with { Modified = 1 } : file)] }).ToBytes());
    }
}
