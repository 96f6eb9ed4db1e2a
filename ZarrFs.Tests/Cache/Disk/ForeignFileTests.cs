using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>What the cache has not written stays as it is, wherever it is.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private readonly CacheRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Foreign_files_survive_everything()
    {
        _rig.Open().Dispose();
        var foreign = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        Add("notes.txt", "mine");
        Add("other.ome.zarr/zarr.json", "{}");
        Add("other.ome.zarr/.zarrfs/index", "not an index");
        Add("other.ome.zarr/.zarrfs/volume.json", "{}");
        string volume = Path.GetFileName(_rig.VolumeDirectory);
        Add($"{volume}/readme", "mine too");
        Add($"{volume}/0/c/3/3/hello", "and this");
        Add($"{volume}/0/zarr.json", "somebody's");
        ChunkAddress taken = _rig.Full[20];
        Add(Path.GetRelativePath(_rig.Directory, _rig.FileOf(taken)), "at a chunk's place");
        ChunkAddress empty = _rig.Chunks.First(address => !_rig.Full.Contains(address));
        Add(Path.GetRelativePath(_rig.Directory, _rig.FileOf(empty)), "where fill has no file");

        for (int run = 0; run < 2; run++)
        {
            using DiskCache cache = _rig.Open(run == 0 ? 1 << 30 : 20 * CacheRig.ChunkBytes);
            await cache.Loading;
            foreach (ChunkAddress address in _rig.Chunks)
            {
                bool kept = _rig.Put(cache, address);
                Assert.Equal(address != taken && address != empty, kept);
                Assert.Equal(!kept, cache.IsTaken(address));
            }

            Assert.False(_rig.Has(cache, taken));
            Assert.Equal(run == 1, cache.Counters.Evicted > 0);
            if (run == 1) cache.Forget(0, _ => true);
            Assert.Equal(0, cache.Counters.Failures);
        }

        Assert.All(foreign, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(_rig.Directory, file.Key))));
        using DiskCache last = _rig.Open();
        await last.Loading;
        Assert.Equal(0, last.Bytes);

        void Add(string name, string text) => AddBytes(name, System.Text.Encoding.UTF8.GetBytes(text));

        void AddBytes(string name, byte[] content)
        {
            string path = Path.Combine(_rig.Directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
            foreign.Add(name, content);
        }
    }

    /// <summary>A power failure takes the end of the index and leaves files: what is made again is found to be there, and counts.</summary>
    [Fact]
    public async Task Files_whose_records_are_lost_are_taken_over_when_they_are_made_again()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        File.WriteAllBytes(_rig.IndexFile, []);
        string damaged = _rig.FileOf(_rig.Full[3]);
        byte[] other = [.. File.ReadAllBytes(damaged).Select(static value => (byte)~value)];
        File.WriteAllBytes(damaged, other);
        using (DiskCache cache = _rig.Open())
        {
            await cache.Loading;
            Assert.Equal(0, cache.Bytes);
            Assert.All(_rig.Chunks, address => Assert.Equal(address != _rig.Full[3], _rig.Put(cache, address)));
            Assert.Equal(0, cache.Counters.Writes);
            Assert.Equal(_rig.Chunks.Count - 1, _rig.CountRight(cache));
            Assert.Equal((_rig.Full.Count - 1) * (long)CacheRig.ChunkBytes, cache.Bytes);
        }

        Assert.Equal(other, File.ReadAllBytes(damaged));
        File.Delete(damaged);
        using DiskCache again = _rig.Open();
        Assert.True(_rig.Put(again, _rig.Full[3]));
        Assert.Equal(_rig.Chunks.Count, _rig.CountRight(again));
        Assert.True(File.Exists(Path.Combine(_rig.VolumeDirectory, "zarr.json")));
        _rig.AssertNothingLeftOver(again);
    }

    [Fact]
    public void What_somebody_puts_in_the_place_of_our_metadata_is_his()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        string document = Path.Combine(_rig.VolumeDirectory, "1", "zarr.json");
        File.WriteAllText(document, "{\"edited\": true}");
        using (DiskCache cache = _rig.Open()) cache.Forget(0, _ => true);
        Assert.Equal("{\"edited\": true}", File.ReadAllText(document));
        Assert.False(File.Exists(Path.Combine(_rig.VolumeDirectory, "zarr.json")));
    }
}
