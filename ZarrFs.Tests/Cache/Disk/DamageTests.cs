using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>Files that are not what was written, by whatever happened to them: a miss, counted, and made again.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly CacheRig _rig = new();
    private readonly Random _random = new(3);

    public static TheoryData<string> Damages { get; } = ["truncated", "longer", "flipped", "flipped, same time", "replaced", "swapped", "empty", "directory", "pipe"];

    public void Dispose() => _rig.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damaged_between_two_runs_it_is_a_miss_and_is_kept_again(string damage)
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        ChunkAddress[] spoilt = Spoil(damage);
        using DiskCache again = _rig.Open();
        Check(again, spoilt, damage);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damaged_while_it_is_open_it_is_a_miss_and_is_kept_again(string damage)
    {
        using DiskCache cache = _rig.Open();
        _rig.PutAll(cache);
        Assert.Equal(_rig.Chunks.Count, _rig.CountRight(cache));
        Check(cache, Spoil(damage), damage);
    }

    [Fact]
    public void A_file_that_was_only_copied_back_is_looked_at_once_and_is_good()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        string file = _rig.FileOf(_rig.Full[0]);
        File.WriteAllBytes(file, File.ReadAllBytes(file));
        using DiskCache again = _rig.Open();
        Assert.True(_rig.Has(again, _rig.Full[0]));
        Assert.Equal(0, again.Counters.Damaged);
    }

    [Fact]
    public void A_file_that_somebody_has_deleted_is_a_miss_and_no_damage()
    {
        using DiskCache cache = _rig.Open();
        _rig.PutAll(cache);
        File.Delete(_rig.FileOf(_rig.Full[0]));
        Assert.False(_rig.Has(cache, _rig.Full[0]));
        Assert.False(File.Exists(Path.Combine(_rig.VolumeDirectory, "zarr.json")), "what is not whole must not look like a store");
        Assert.Equal(0, cache.Counters.Damaged);
        Assert.True(_rig.Put(cache, _rig.Full[0]));
        Assert.Equal(_rig.Chunks.Count, _rig.CountRight(cache));
        Assert.True(File.Exists(Path.Combine(_rig.VolumeDirectory, "zarr.json")));
    }

    private void Check(DiskCache cache, ChunkAddress[] spoilt, string damage)
    {
        foreach (ChunkAddress address in _rig.Chunks) Assert.Equal(!spoilt.Contains(address), _rig.Has(cache, address));
        Assert.Equal(spoilt.Length, cache.Counters.Damaged);
        foreach (ChunkAddress address in spoilt)
        {
            if (damage == "directory")
            {
                Assert.True(Directory.Exists(_rig.FileOf(address)), "a directory is not the cache's to delete");
                continue;
            }

            Assert.True(_rig.Put(cache, address));
            Assert.True(_rig.Has(cache, address));
            Assert.Equal(_rig.Expected(address), File.ReadAllBytes(_rig.FileOf(address)));
        }
    }

    /// <summary>Does something to the files of some chunks.</summary>
    private ChunkAddress[] Spoil(string damage)
    {
        ChunkAddress[] chosen = [_rig.Full[3], _rig.Full[30], _rig.Full[^1]];
        WaitForTick();
        if (damage == "swapped")
        {
            string one = _rig.FileOf(chosen[0]), other = _rig.FileOf(chosen[1]);
            File.Move(one, one + ".aside");
            File.Move(other, one);
            File.Move(one + ".aside", other);
            return chosen[..2];
        }

        foreach (ChunkAddress address in chosen)
        {
            string file = _rig.FileOf(address);
            byte[] bytes = File.ReadAllBytes(file);
            DateTime modified = File.GetLastWriteTimeUtc(file);
            switch (damage)
            {
                case "truncated":
                    File.WriteAllBytes(file, bytes[.._random.Next(1, bytes.Length)]);
                    break;
                case "longer":
                    File.WriteAllBytes(file, [.. bytes, 0]);
                    break;
                case "empty":
                    File.WriteAllBytes(file, []);
                    break;
                case "replaced":
                    _random.NextBytes(bytes);
                    File.WriteAllBytes(file + ".new", bytes);
                    File.Move(file + ".new", file, overwrite: true);
                    break;
                case "directory":
                    File.Delete(file);
                    Directory.CreateDirectory(file);
                    break;
                case "pipe":
                    File.Delete(file);
                    Clients.Harness.Tool.Run("mkfifo", [file]).Expect();
                    break;
                default:
                    bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
                    using (FileStream stream = File.OpenWrite(file)) stream.Write(bytes);
                    if (damage != "flipped") File.SetLastWriteTimeUtc(file, modified);
                    break;
            }
        }

        return chosen;
    }

    /// <summary>Waits until the clock of the file system has gone on: within a tick of it, files that change would have the times of before.</summary>
    private void WaitForTick()
    {
        string probe = Path.Combine(Path.GetDirectoryName(_rig.Directory)!, "probe");
        File.WriteAllText(probe, "x");
        DateTime now = File.GetLastWriteTimeUtc(probe);
        Eventually.True(
            () =>
            {
                File.WriteAllText(probe, "x");
                return File.GetLastWriteTimeUtc(probe) > now;
            },
            "the clock of the file system goes on");
    }
}
